"""Random numbers that depend on their key alone."""

import subprocess
import sys

import numpy as np
import pytest

from vestige.foundation.random import generator


def test_the_same_key_gives_the_same_numbers():
    assert generator("order", 3, 7).permutation(50).tolist() == generator("order", 3, 7).permutation(50).tolist()


def test_another_process_gives_the_same_numbers():
    code = "from vestige.foundation.random import generator; print(generator('order', 3).integers(2**60))"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(there) == generator("order", 3).integers(2**60)


KEYS = [("order", 1, 23), ("order", 12, 3), ("order", 123), ("order", "1", 23), ("orders", 1, 23), ("order", 1, 24), ()]


def test_keys_that_differ_give_different_numbers():
    assert len({generator(*key).integers(2**60) for key in KEYS}) == len(KEYS)


def test_an_integer_of_numpy_is_the_same_key():
    assert generator("order", np.int64(3)).integers(2**60) == generator("order", 3).integers(2**60)


def test_a_number_that_is_not_whole_is_no_key():
    with pytest.raises(TypeError):
        generator("order", 0.5)
