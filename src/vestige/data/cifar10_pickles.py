"""Reads the pickles of CIFAR-10, of which no code is run: arrays of bytes, numbers and text, and nothing else."""

import math
import pickle
import pickletools
from pathlib import Path

# Of a pickle's operations, those that reach objects by other ways than a name, or that make them of classes.
REFUSED = {"PERSID", "BINPERSID", "EXT1", "EXT2", "EXT4", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX"}
REFUSED |= {"NEXT_BUFFER", "READONLY_BUFFER"}
TUPLES = {"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"}
MOST_TUPLES = 20  # of which an array takes six; a deep nest of them would overflow the stack


class StandIn:
    """What a pickle is given for a name of numpy's: nothing of it can be called or changed."""

    __slots__ = ()

    def __setstate__(self, state):
        raise pickle.UnpicklingError("it changes a name of numpy's")


class Dtype(StandIn):
    """In place of numpy.dtype: knows unsigned bytes alone."""

    __slots__ = ()

    def __call__(self, kind, align=False, copy=True):
        if kind not in ("u1", "|u1"):
            given = kind if isinstance(kind, str) else type(kind).__name__
            raise pickle.UnpicklingError(f"it holds an array of {given:.20}; the images are u1, unsigned bytes")
        return UnsignedBytes()


class UnsignedBytes(StandIn):
    """In place of the type u1; what a pickle says of its byte order means nothing."""

    __slots__ = ()

    def __setstate__(self, state):
        pass


class Reconstruct(StandIn):
    """In place of the function that makes an empty array, whose contents follow as its state."""

    __slots__ = ()

    def __call__(self, kind, shape, code):
        if kind is not NDARRAY:
            raise pickle.UnpicklingError("it makes an array of something else than numpy.ndarray")
        return Array()


class Array:
    """The shape and the bytes of an array of unsigned bytes, of which numpy has seen nothing."""

    __slots__ = ("shape", "values")

    def __init__(self):
        self.shape, self.values = (0,), b""

    def __setstate__(self, state):
        version, shape, kind, fortran, values = state
        if type(version) is not int or version != 1 or not isinstance(kind, UnsignedBytes) or fortran is not False:
            raise pickle.UnpicklingError("it holds an array that is not of unsigned bytes, row by row")
        if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
            raise pickle.UnpicklingError("it holds an array whose shape is not of whole numbers")
        values = values.encode("latin1") if isinstance(values, str) else values  # a string of Python 2
        if type(values) is not bytes or len(values) != math.prod(shape):
            raise pickle.UnpicklingError("it holds an array with more or fewer bytes than its shape has")
        self.shape, self.values = shape, values


NDARRAY = StandIn()
# All that the original files need: Python 2 knew numpy's modules by their first names.
FOUND = {
    ("numpy", "ndarray"): NDARRAY,
    ("numpy", "dtype"): Dtype(),
    ("numpy.core.multiarray", "_reconstruct"): Reconstruct(),
    ("numpy._core.multiarray", "_reconstruct"): Reconstruct(),
}


class Unpickler(pickle.Unpickler):
    """Reads arrays of bytes, numbers and text, and refuses whatever else a pickle asks for before any of it is run."""

    def find_class(self, module: str, name: str):
        if (module, name) not in FOUND:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no file of CIFAR-10 needs")
        return FOUND[module, name]

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("it asks for an object outside of it, which no file of CIFAR-10 needs")


def load_pickle(path: Path):
    """What a pickle holds, of which no code is run. Raises ValueError where it is refused or damaged."""
    with path.open("rb") as file:
        try:
            refuse_harmful(file)
            file.seek(0)
            return Unpickler(file, encoding="latin1").load()
        except Exception as fault:  # a damaged pickle may raise anything
            raise ValueError(f"{path} is not read: {fault or type(fault).__name__}") from fault


def refuse_harmful(file) -> None:
    """Refuse a pickle with operations that no file of CIFAR-10 needs, and that might reach or exhaust something."""
    tuples = 0
    for count, (operation, argument, _) in enumerate(pickletools.genops(file)):
        if operation.name in REFUSED:
            raise pickle.UnpicklingError(f"it holds {operation.name}, which no file of CIFAR-10 needs")
        if operation.name in ("PUT", "BINPUT", "LONG_BINPUT") and argument > count:
            raise pickle.UnpicklingError(f"it numbers an object {argument}, where there are fewer")
        tuples += operation.name in TUPLES
        if tuples > MOST_TUPLES:
            raise pickle.UnpicklingError(f"it holds more than {MOST_TUPLES} tuples, which no file of CIFAR-10 needs")
