"""What the results say of their own making: the proofs that they carry, laid side by side."""

import hashlib
import json
from collections import Counter
from typing import Any

Proofs = list[dict[str, Any]]


def proofs_of(*results) -> Proofs:
    """The proof of each of some opened results."""
    return [proof_of(result) for result in results]


def proof_of(result) -> dict[str, Any]:
    """The proof in an opened result; empty where it carries none."""
    return json.loads(result.attrs.get("proof", "{}"))


def count_stated(proofs: Proofs, key: str) -> dict[str, dict[str, int]]:
    """name -> value -> how many results state it, of a table that every proof holds under `key`; sorted.

    More than one value means that the results were not all made by the same.
    """
    pairs = Counter((name, str(value)) for proof in proofs for name, value in proof.get(key, {}).items())
    table: dict[str, dict[str, int]] = {}
    for (name, value), count in sorted(pairs.items()):
        table.setdefault(name, {})[value] = count
    return table


def inputs(proofs: Proofs) -> list[tuple[str, str]]:
    """(path, sha256) of every result that the given ones were made from."""
    return sorted({(path, str(digest)) for proof in proofs for path, digest in proof.get("inputs", {}).items()})


def digest_of(table: dict[str, dict[str, int]]) -> str:
    """One sha256 for a table of digests: that of its lines, name and values."""
    lines = [" ".join([name, *values]) for name, values in table.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def leaves(value: Any, path: str = "") -> list[tuple[str, str]]:
    """A nest of settings as (dotted path, JSON) pairs, in its own order; a list is one leaf."""
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in leaves(each, f"{path}.{key}" if path else str(key))]
    return [(path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def text_of(proof: dict[str, Any]) -> dict[str, Any]:
    """What the text in a proof says that a result was made with; empty where it holds none."""
    return json.loads(proof.get("text", "{}"))


def sections(settings, proofs: Proofs) -> list[tuple[str, list[tuple[str, str]]]]:
    """(section, its leaves) of a study's settings, by name; last those that results alone were made with."""
    given = vars(settings)
    stated = [(key, value) for proof in proofs for key, value in text_of(proof).get("settings", {}).items()]
    alone = {key: value for key, value in stated if key.isidentifier() and key not in given}
    return [(name, leaves(value, name)) for name, value in (given | alone).items()]
