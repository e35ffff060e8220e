"""The rows of paper.yaml as a stage is handed them, and the claims that they say: of either paper."""

from vestige.claims.claim import ARTICLES, claims_of
from vestige.config.rows import load_rows

ROWS = load_rows("claims/paper.yaml")
ALL = claims_of(ROWS)
CLAIMS, OF_CLUSTERS = (tuple(claim for claim in ALL if claim.article == article) for article in ARTICLES)
