"""All claims, in the order of the paper."""

from vestige.claims import ablation, emergence, linearity, promotion, recovery, representation, strength, suppression

THEMES = (emergence, ablation, linearity, suppression, strength, promotion, recovery, representation)
CLAIMS = tuple(claim for theme in THEMES for claim in theme.CLAIMS)
