"""How many steps a small training has, and what it has left of passes that were begun."""

STEPS = 12  # of three passes over 50 images in batches of 16


def passes(folder):
    return [*folder.glob("*-pass-*")]
