"""Which source files make a result, and a digest of what each of them says."""

import ast
import hashlib
import importlib.util
import marshal
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vestige.foundation.comments import without_comments
from vestige.foundation.file_cache import find_remembered
from vestige.foundation.file_identity import identity

PACKAGE = Path(__file__).resolve().parents[1]
PREFIX = "src/vestige/"
SECTIONS = {"Values", "Source", "Figure"}  # the bases of classes that describe a section of params.yaml, and ...
SETTINGS = "Settings"  # ... the name of the one by which a file describes its own


def refuse_other_source(root: Path) -> None:
    """Refuse to work in a project with the code of another: neither its engines nor its proofs would know that code."""
    source = root / PREFIX
    if source.is_dir() and source.resolve() != PACKAGE:
        raise RuntimeError(
            f"this is the vestige of {PACKAGE.parents[1]}, and not of {root.resolve()}: "
            "activate the environment of this folder, or say `export PYTHONPATH=$PWD/src`"
        )


def closure(*files: str) -> tuple[str, ...]:
    """The given files (relative to the package) and all that they import of it, directly or not, sorted.

    With a file comes the `__init__.py` of each package around it, which Python runs before it.
    """
    found, todo = set(), list(files)
    while todo:
        file = todo.pop()
        if file not in found:
            found.add(file)
            todo.extend(path for name in imports(file) if (path := own_file(name)) is not None)
            todo.extend(packages_around(file) if file.endswith(".py") else ())
    return tuple(sorted(found))


def packages_around(file: str) -> list[str]:
    """The `__init__.py` of each package around a file, as far as there is one."""
    found = (f"{folder.as_posix()}/__init__.py".removeprefix("./") for folder in Path(file).parents)
    return [each for each in found if (PACKAGE / each).is_file()]


def packages(*files: str) -> tuple[str, ...]:
    """Names of the packages, beside Python's own and this one, that the closure of the files imports; sorted."""
    names = {name.split(".")[0] for file in closure(*files) for name in imports(file)}
    return tuple(sorted(names - sys.stdlib_module_names - {PACKAGE.name}))


def imports(file: str) -> frozenset[str]:
    """Every dotted name that a file might import. Raises SourceRefused."""
    path = PACKAGE / file
    with name_file_in_errors(path):
        return frozenset(find_remembered("imports", path, imports_in) if file.endswith(".py") else ())


def imports_in(path: Path) -> list[str]:
    """The same of a file of Python, sorted: anywhere in its text, but of the whole package's `__init__.py` outside of
    functions and classes. What stands inside there serves whoever calls it, and nothing that is in the package.
    """
    folder = path.relative_to(PACKAGE).parent.parts if path.is_relative_to(PACKAGE) else ()
    inside = path != PACKAGE / "__init__.py"
    return sorted(imports_of(path.read_bytes(), inside, ".".join((PACKAGE.name, *folder))))


class SourceRefused(ValueError):
    """A source file that is no Python."""


@contextmanager
def name_file_in_errors(path: Path) -> Iterator[None]:
    """Let an error of syntax name its file."""
    try:
        yield
    except (RecursionError, MemoryError):  # which of them depends on the version of Python
        raise SourceRefused(f"{path} is nested too deeply to be read") from None
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
        kind = "is no Python" if path.suffix == ".py" else "cannot be read"
        raise SourceRefused(f"{path}{line} {kind}: {getattr(error, 'msg', None) or error}") from None


def imports_of(source: bytes, inside: bool = True, package: str = PACKAGE.name) -> frozenset[str]:
    """Every dotted name that a source in a package might import; without `inside`, outside of functions and classes."""
    tree = ast.parse(source)
    nodes = ast.walk(tree) if inside else walk_outside(tree)
    return frozenset(name for node in nodes for name in import_names(node, package))


def walk_outside(tree: ast.AST) -> Iterator[ast.AST]:
    """All parts of a syntax tree that do not stand in a function or a class."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
            yield from walk_outside(node)


def import_names(node: ast.AST, package: str) -> list[str]:
    """Every dotted name that a statement in a package might import: `from a import b` may mean `a.b` or `a`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = package.split(".")[: -(node.level - 1) or None] if node.level else []
    module = ".".join([*above, *filter(None, [node.module])])
    return [module, *(f"{module}.{alias.name}" for alias in node.names)]


def own_file(name: str) -> str | None:
    """The file, relative to the package, of a dotted module name of ours; None for an attribute, and for all of it.

    Where there are both, a package counts and not the module of its name, as for Python.
    """
    first, *inside = name.split(".")
    files = ("/".join([*inside, "__init__.py"]), "/".join(inside) + ".py")
    return next((file for file in files if first == PACKAGE.name and inside and (PACKAGE / file).is_file()), None)


def file_digest(path: Path) -> str:
    """The sha256 of what Python says, without comments, formatting and docstrings; of other files without comments.

    Raises SourceRefused.
    """
    return find_remembered("code", path, digest_of)


def is_edited(file: str) -> bool:
    """Whether a file of the package has changed since this module was loaded, the first of all."""
    path = PACKAGE / file
    return path in AT_START and identity(path) != AT_START[path]


def stale_bytecode(file: str) -> Path | None:
    """The bytecode that Python takes for that of a file although it is of a former text; None where there is none.

    Python tells texts apart by their size and the second in which they were written.
    """
    path = PACKAGE / file
    try:
        bytecode = Path(importlib.util.cache_from_source(path))
        kept, text, data = bytecode.stat(), path.stat(), bytecode.read_bytes()
        # 0: of a time and a size; 1: of a hash that nobody checks; 3: of one that Python checks
        flags = int.from_bytes(data[4:8], "little")
        mark = struct.pack("<II", int(text.st_mtime) & 0xFFFFFFFF, text.st_size)
        taken = flags == 1 or flags == 0 and data[8:16] == mark
    except (OSError, NotImplementedError, struct.error):
        return None
    if not taken or flags == 0 and kept.st_mtime_ns > max(text.st_mtime_ns, text.st_ctime_ns):
        return None
    return None if is_compiled(path, data) else bytecode  # the file may only have been copied, or linked


def is_compiled(path: Path, bytecode: bytes) -> bool:
    """Whether bytecode, with its header, is that of a file's text."""
    try:
        return marshal.loads(bytecode[16:]) == compile(path.read_bytes(), path, "exec", dont_inherit=True)
    except (EOFError, ValueError, TypeError, SyntaxError):
        return False


def digest_of(path: Path) -> str:
    """The digest of a file."""
    data = path.read_bytes()
    with name_file_in_errors(path):
        said = repr(parse_meaning(data)) if path.suffix == ".py" else without_comments(data.decode(), path.suffix)
        return hashlib.sha256(said.encode()).hexdigest()


def parse_meaning(source: bytes) -> Any:
    """A source as nested tuples that say what it does, in the same words under every version of Python.

    Left out are statements that are only a text, such as docstrings and descriptions of keys, and the keys of sections
    of params.yaml: what stands there is proven by value.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            described = is_section(node)
            node.body = [each for each in body if not is_text(each) and not (described and is_key(each))]
    return nest_tree(tree)


def is_text(node: ast.AST) -> bool:
    """Whether a statement is only a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_section(node: ast.AST) -> bool:
    """Whether a class describes a section of params.yaml."""
    if not isinstance(node, ast.ClassDef):
        return False
    return node.name == SETTINGS or not SECTIONS.isdisjoint(
        base.id for base in node.bases if isinstance(base, ast.Name)
    )


def is_key(node: ast.AST) -> bool:
    """Whether a statement in such a class is a key, with its type and its default, whose value is part of every text.

    Private attributes, class variables and fields that are left out of the text are none.
    """
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.target.id.startswith("_"):
        return False
    words = {each.id for each in ast.walk(node.annotation) if isinstance(each, ast.Name)}
    keywords = {each.arg for each in ast.walk(node) if isinstance(each, ast.keyword)}
    return words.isdisjoint({"ClassVar", "Final"}) and "exclude" not in keywords


def nest_tree(node: Any) -> Any:
    """A syntax tree without its empty fields, some of which only newer versions of Python have."""
    if isinstance(node, list):
        return tuple(map(nest_tree, node))
    if not isinstance(node, ast.AST):
        return node
    fields = ((name, nest_tree(value)) for name, value in ast.iter_fields(node) if value is not None and value != [])
    return type(node).__name__, *fields


def identities() -> dict[Path, tuple[int, int, int, int]]:
    """The identity of every source file and file of rows that can be read; an editor's locks are links to nowhere."""
    found = {}
    for path in (*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.yaml")):
        with suppress(OSError):
            found[path] = identity(path)
    return found


AT_START = identities()
