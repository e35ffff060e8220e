"""The rows of paper.yaml as a stage is handed them, and the claims that they say."""

from vestige.claims.claim import claims_of
from vestige.config.rows import load_rows

ROWS = load_rows("claims/paper.yaml")
CLAIMS = claims_of(ROWS)
