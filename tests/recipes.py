"""Performs a recipe of docs/adding.md: the files that it makes, the lines that it adds, the commands that it runs."""

import re
from pathlib import Path

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The line before a block says what becomes of it.
ORDERS = {
    "create": r"New file `(?P<file>[^`]+)`:",
    "under": r"In `(?P<file>[^`]+)`, under `(?P<place>[^`]+)`:",
    "replace": r"In `(?P<file>[^`]+)`, in place of `(?P<place>[^`]+)`:",
    "inside": r"In `(?P<file>[^`]+)`, at the end of `(?P<place>[^`]+)`:",
    "append": r"At the end of `(?P<file>[^`]+)`:",
}


def sections(page: str) -> dict[str, str]:
    """The text under each heading of the page, by heading; one without a block of its own holds none."""
    parts = re.split(r"^#{2,3} (.+)\n", page, flags=re.MULTILINE)[1:]
    return {name: text for name, text in zip(parts[::2], parts[1::2], strict=True) if FENCE.search(text)}


def perform(text: str, project: Path, run) -> list[str]:
    """Do what a section says, block by block; the files that it touched, in their order."""
    touched, end = [], 0
    for block in FENCE.finditer(text):
        before = text[end : block.start()].strip().rpartition("\n\n")[2].replace("\n", " ")
        end, (kind, lines) = block.end(), block.groups()
        if kind == "sh":
            for line in lines.splitlines():
                run(project, line)
            continue
        order, found = next(
            (order, found) for order, said in ORDERS.items() if (found := re.search(f"{said}$", before)) is not None
        )
        path = project / found["file"]
        former = path.read_text(encoding="utf-8") if path.exists() else ""
        assert (order == "create") == (not former), f"{order}: {path}"
        path.write_text(APPLY[order](former, lines, found.groupdict().get("place")), encoding="utf-8")
        touched.append(found["file"])
    return list(dict.fromkeys(touched))


def under(former: str, lines: str, place: str) -> str:
    """Lines at the end of a mapping of YAML, as deep as what it holds."""
    start = find_key(former, place.split("."))
    head = re.compile(r"( *)[^\n]*\n").match(former, start)
    body = re.compile(rf"(?:{head[1]} +[^\n]*\n| *\n| *#[^\n]*\n)*").match(former, head.end())
    inside = body[0].rstrip("\n") + "\n" if body[0].strip() else ""
    flow = re.search(r"\{\}\s*$", former[start : head.end()].rstrip())
    line = former[start : head.end()]
    if flow:
        line = re.sub(r" *\{\} *\n$", "\n", line)
    depth = re.match(r" *", inside)[0] if inside else head[1] + "  "
    added = "".join(f"{depth}{each}\n" if each else "\n" for each in lines.splitlines())
    return former[:start] + line + inside + added + former[head.end() + len(inside) :]


def replace(former: str, lines: str, place: str) -> str:
    """Lines in place of a key of YAML and what it holds."""
    start = find_key(former, place.split("."))
    whole = re.compile(r"( *)[^\n]*\n(?:\1 +[^\n]*\n)*").match(former, start)
    return former[:start] + lines + former[whole.end() :]


def find_key(text: str, keys: list[str]) -> int:
    """Where the line of a key begins."""
    start, indent = 0, ""
    for key in keys:
        found = re.compile(rf"^{indent}( *){re.escape(key)}:", re.MULTILINE).search(text, start)
        assert found, f"there is no {'.'.join(keys)}"
        start, indent = found.start(), indent + found[1] + " "
    return start


def inside(former: str, lines: str, place: str) -> str:
    """Lines before the bracket that closes the value of a name in Python."""
    start = re.search(rf"^{place} = [(\[{{]\n", former, re.MULTILINE)
    assert start, f"there is no {place}"
    end = re.compile(r"^[)\]}]", re.MULTILINE).search(former, start.end())
    added = "".join(f"    {each}\n" if each else "\n" for each in f"{lines.rstrip()},".splitlines())
    return former[: end.start()] + added + former[end.start() :]


APPLY = {
    "create": lambda former, lines, place: lines,
    "append": lambda former, lines, place: f"{former.rstrip()}\n\n\n{lines}",
    "under": under,
    "replace": replace,
    "inside": inside,
}
