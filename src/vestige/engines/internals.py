"""The members of Snakemake and DVC that are needed here, of which another version may lack one.

A member is written as `package.module:Class.name`. One that is called is written as it is called, such as
`package.module:Class.name(self, path, force=)`: what ends in `=` is passed by its name.
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from operator import attrgetter
from pkgutil import resolve_name
from typing import Any


class MemberMissing(RuntimeError):
    """An engine has no such member, or it is called in another way."""


@dataclass(frozen=True)
class Engine:
    """An engine, the package that it comes in, and the version with which everything here is tested."""

    name: str
    package: str
    tested: str

    @property
    def installed_version(self) -> str:
        """The version that is installed."""
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return "(not installed)"


def check(engine: Engine, members: Iterable[str]) -> None:
    """Find out that an engine has some members before one of them is used. Raises MemberMissing."""
    for member in members:
        if not is_present(member):
            raise missing_member(engine, member)


def check_instance(engine: Engine, members: Iterable[str], instance: Any) -> None:
    """The same for what an instance of a class has, and the class itself does not show. Raises MemberMissing."""
    for member in members:
        _, _, name = member.partition(":")[2].partition(".")
        try:
            attrgetter(name)(instance)
        except AttributeError:
            raise missing_member(engine, member) from None


def is_present(member: str) -> bool:
    """Whether a member can be found, and called as it is written."""
    place, _, call = member.rstrip(")").partition("(")
    try:
        found = resolve_name(place)
    except Exception:  # whatever an engine's module raises while it is imported, the member cannot be had
        return False
    return not call or accepts(found, call.split(", "))


def accepts(function: Any, arguments: list[str]) -> bool:
    """Whether a function can be called with some arguments."""
    by_name = {each.removesuffix("="): None for each in arguments if each.endswith("=")}
    try:
        inspect.signature(function).bind(*arguments[: len(arguments) - len(by_name)], **by_name)
    except (TypeError, ValueError):  # the latter where a signature cannot be told
        return False
    return True


def missing_member(engine: Engine, member: str) -> MemberMissing:
    """What to say of an engine that lacks a member: which version it is, and which one is known to work."""
    return MemberMissing(
        f"{engine.name} {engine.installed_version} has no {member.replace(':', '.')}, which vestige needs; "
        f"it works with {engine.name} {engine.tested}: pip install '{engine.package}=={engine.tested}'"
    )
