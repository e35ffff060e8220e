"""Random numbers that depend on what they are for, and on nothing else."""

import hashlib
import json
import operator

import numpy as np


def generator(*key: int | str) -> np.random.Generator:
    """A fresh stream of random numbers for a key such as ("order", seed, epoch): the same key, the same numbers."""
    canonical = json.dumps([part if isinstance(part, str) else operator.index(part) for part in key])
    words = hashlib.sha256(canonical.encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(key=int.from_bytes(words, "little")))
