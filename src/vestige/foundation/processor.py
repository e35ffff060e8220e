"""The processor that computes: its model and the instruction sets on which the last bits of a result depend."""

import hashlib
import json
import platform
from collections.abc import Iterable
from pathlib import Path

INFO = Path("/proc/cpuinfo")
# For which libraries have code of their own, whose sums have another order: of x86, then of ARM
SETS = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "neon", "asimd", "sve", "sve2")
KIND = 16  # digits


def model() -> str:
    """The processor's model as the system names it."""
    return model_in(read_info()) or platform.processor() or platform.machine()


def describe() -> str:
    """The processor's model, and in brackets its instruction sets: "AMD EPYC 7763 (avx2, fma)"."""
    sets = ", ".join(sets_in(read_info()))
    return f"{model()} ({sets})" if sets else model()


def read_info() -> str:
    """What Linux says of its processors; nothing elsewhere."""
    return INFO.read_text() if INFO.is_file() else ""


def model_in(info: str) -> str:
    """The model of the first processor in such a text; of an ARM one its implementer and part, which have no name."""
    found = values_in(info)
    part = " ".join(found[key] for key in ("CPU implementer", "CPU part") if key in found)
    return found.get("model name") or (f"{platform.machine()} {part}" if part else "")


def sets_in(info: str) -> tuple[str, ...]:
    """The instruction sets that matter, of the first processor in such a text."""
    found = values_in(info)
    flags = {*found.get("flags", found.get("Features", "")).split()}
    return tuple(each for each in SETS if each in flags)


def values_in(info: str) -> dict[str, str]:
    """What is said of the first processor in such a text."""
    first, _, _ = info.partition("\n\n")
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def kind_of(machines: Iterable[str]) -> str:
    """A short digest of the kinds of machine that have computed something: that of one is that of no mixture."""
    return hashlib.sha256(json.dumps(sorted({*machines})).encode()).hexdigest()[:KIND]
