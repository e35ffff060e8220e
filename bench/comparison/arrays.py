"""Compares arrays to the last bit, and says where they first differ."""

from collections.abc import Callable, Iterator

import numpy as np
from comparison.records import FIRST, Compared, Difference, Record, show_change

Where = Callable[[tuple[int, ...]], str]  # the labels of a place in an array


def show_place(index: tuple[int, ...]) -> str:
    """A place in an array without labels."""
    return f"[{', '.join(map(str, index))}]"


def compare_arrays(kind: str, item: str, old, new, where: Where = show_place) -> Iterator[Record]:
    """Two arrays: their kind of value, their shape, and the bits of every value."""
    yield Compared("values", old.size)
    if old.dtype != new.dtype:
        yield Difference(kind, f"{item} (dtype)", (show_change(str(old.dtype), str(new.dtype)),))
    if old.shape != new.shape:
        yield Difference(kind, f"{item} (shape)", (show_change(str(old.shape), str(new.shape)),))
    elif old.dtype == new.dtype:
        yield from compare_values(kind, item, old, new, where)


def compare_values(kind: str, item: str, old, new, where: Where) -> Iterator[Record]:
    """Two arrays of one kind and shape."""
    places = np.argwhere(differing(old, new))
    if len(places):
        indices = [tuple(map(int, place)) for place in places[:FIRST]]
        first = tuple(show_change(*show_values(old[at], new[at]), where(at) if at else "") for at in indices)
        yield Difference(kind, item, first, len(places), old.size)


def differing(old, new):
    """Where two arrays of one kind and shape differ in any bit: -0.0 is not 0.0, and a NaN is the same NaN."""
    if old.dtype.hasobject or old.dtype.kind == "U":
        return old != new
    size = max(old.dtype.itemsize, 1)
    bits = [np.ascontiguousarray(each).reshape(-1).view(np.uint8).reshape(-1, size) for each in (old, new)]
    return (bits[0] != bits[1]).any(axis=1).reshape(old.shape)


def show_values(old, new) -> tuple[str, str]:
    """Two values that differ, with their bits where they look the same."""
    texts = [str(each.item()) if isinstance(each, np.generic) else str(each) for each in (old, new)]
    if texts[0] == texts[1] and isinstance(old, np.generic):
        texts = [f"{text} (bits {each.tobytes()[::-1].hex()})" for text, each in zip(texts, (old, new), strict=True)]
    return texts[0], texts[1]
