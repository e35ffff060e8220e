"""Checks the rows of claims, before anything is computed that they are decided by."""

from vestige.config.rows import load_rows

FILE = "claims/paper.yaml"


def check_claims() -> None:
    """Raise RowRefused, a ValueError, for the first row that says no claim; it names file, claim and key."""
    from vestige.claims.claim import claims_of  # which loads numpy

    claims_of(load_rows(FILE))
