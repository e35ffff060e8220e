"""The rows of figures/paper.yaml: which plot draws a figure, from which kind of result, with which caption."""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    create_model,
)
from pydantic_core import PydanticCustomError
from ruamel.yaml.error import YAMLError

import vestige.figures
from vestige.config.errors import Fault, format_fault, format_value, nearest
from vestige.config.rows import plain_values
from vestige.config.sections import NAME
from vestige.figures.drawing import Figure
from vestige.figures.rendering import BESIDE
from vestige.figures.requirements import DISTINCT, NEEDS, Need, at_least_two
from vestige.foundation.papers import ARTICLES
from vestige.foundation.settings import Values

FOLDER = Path(vestige.figures.__path__[0])
FILE = FOLDER / "paper.yaml"


class FiguresRefused(ValueError):
    """A file of figures that cannot be used; the message names the file, the figure and the key."""


def key_error(text: str) -> PydanticCustomError:
    """A fault of one key, in our words."""
    return PydanticCustomError("refused", "{text}", {"text": text})


def known_kind(kind: str, info: ValidationInfo) -> str:
    """The name of a kind of result."""
    if kind not in info.context:
        raise key_error(f"found {kind!r}; {nearest(kind, info.context)}")
    return kind


def known_plot(plot: str) -> str:
    """The name of a file that draws."""
    if plot in plots():
        if issubclass(plot_module(plot).Settings, Figure):
            return plot
        raise key_error(f"found {plot!r}; the class Settings of figures/{plot}.py is no Figure of drawing.py")
    if (FOLDER / f"{plot}.py").is_file():
        raise key_error(
            f"found {plot!r}; figures/{plot}.py lacks a class Settings or a function {plot}(settings, runs)"
        )
    raise key_error(f"found {plot!r}; no such file in figures/; {nearest(plot, plots())}")


def complete_caption(caption: str, info: ValidationInfo) -> str:
    """A caption that says what the bands are where the plot draws some, and has no other gap to fill in."""
    try:
        filled = caption.format(bands="\0")
    except (LookupError, ValueError, AttributeError):
        raise key_error(
            f"found {format_value(caption)}; {{bands}} alone is filled in; a brace itself is written twice"
        ) from None
    if "plot" in info.data and ("\0" in filled) != (draws := plot_module(info.data["plot"]).Settings.draws_bands):
        wrong = (
            "lacks {bands}, in whose place stands what the bands are" if draws else "has {bands}, and there are none"
        )
        raise key_error(f"it {wrong}: the plot {info.data['plot']} draws {'' if draws else 'no '}bands")
    return caption


def known_need(said: Any, info: ValidationInfo) -> Need:
    """The need that an entry of a row's `needs` names."""
    name = said.get("several") if isinstance(said, Mapping) else said
    axis = info.context.get(info.data.get("kind"))
    allowed = [each for each, need in NEEDS.items() if axis in (None, need.axis)]
    if name not in allowed:
        raise key_error(f"found {format_value(said)}; {nearest(name, allowed)}")
    if name is said:
        return NEEDS[name]
    if {*said} != {"several", "distinct"} or said["distinct"] not in DISTINCT or not NEEDS[name].is_penalised:
        example = f"{{several: suppressed, distinct: {' or '.join(DISTINCT)}}}"
        raise key_error(
            f"found {format_value(said)}; allowed: conditions with a penalty that differ in it, as in {example}"
        )
    return at_least_two(NEEDS[name], said["distinct"])


Number = Annotated[str, Field(min_length=1), BeforeValidator(lambda said: str(said) if type(said) is int else said)]


class FigureRow(Values):
    """One figure: its number in which paper, the results that it shows, and how its plot draws them."""

    article: Literal[ARTICLES] = ARTICLES[0]
    paper: Number | None = None
    kind: Annotated[str, AfterValidator(known_kind)]
    plot: Annotated[str, AfterValidator(known_plot)]
    caption: Annotated[str, AfterValidator(complete_caption)]
    needs: Annotated[tuple[Annotated[Need, PlainValidator(known_need)], ...], Field(strict=False)] = ()
    options: dict[str, Any] = {}

    @property
    def settings(self) -> type[Values]:
        """The type of the figure's section in params.yaml."""
        return plot_module(self.plot).Settings


def plot_module(plot: str) -> Any:
    """The module of a plot."""
    return importlib.import_module(f"{vestige.figures.__name__}.{plot}")


def plot_function(plot: str) -> Callable:
    """The function that draws: (settings, runs, **options) -> the matplotlib figure, and the table of its numbers.

    Where it has a parameter `beside`, this is kind -> results of the other kinds that its kind's row gathers.
    """
    return getattr(plot_module(plot), plot)


@cache
def plots() -> tuple[str, ...]:
    """The files of figures/ that draw: each has a class `Settings` and a function of its own name."""
    texts = {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(FOLDER.glob("*.py"))}
    has = {name: rf"(?ms)(?=.*^class Settings\()(?=.*^def {name}\(\s*settings\b)" for name in texts}
    return tuple(name for name, text in texts.items() if re.match(has[name], text))


@cache
def options_of(plot: str) -> type[Values]:
    """The options of a plot, from the parameters of its function behind `settings`, `runs` and `beside`."""
    function = plot_function(plot)
    hints = get_type_hints(function, include_extras=True)
    fields = {
        name: (hints.get(name, Any), ... if each.default is each.empty else each.default)
        for name, each in list(inspect.signature(function).parameters.items())[2:]
        if name != BESIDE
    }
    return create_model(plot, __base__=Values, **fields)


def read_rows(axes: Mapping[str, str], path: Path = FILE) -> dict[str, FigureRow]:
    """The row of each figure. `axes` says of each kind of result whether there is one a run, a pair or a study.

    Raises FiguresRefused, which names every fault.
    """
    try:
        data = plain_values(path)
    except (YAMLError, UnicodeDecodeError) as error:
        raise FiguresRefused(f"{path} cannot be read: {error}") from None
    if not isinstance(data, Mapping):
        raise FiguresRefused(
            f"{path} is refused: found {format_value(data)}; allowed: names of figures, and their rows"
        )
    found = [format_fault(fault, None) for name, said in data.items() for fault in faults_of(name, said, axes)]
    if found:
        raise FiguresRefused("\n".join([f"{path} is refused:", *found]))
    return {name: FigureRow.model_validate(said, context=axes) for name, said in data.items()}


def faults_of(name: Any, said: Any, axes: Mapping[str, str]) -> Iterator[Fault]:
    """What is wrong with a row."""
    if not isinstance(name, str) or not re.match(NAME, name):
        yield (name,), "a figure's name has small letters, digits and underscores, and begins with a letter"
    wrong = [*list_row_faults(FigureRow, said, (name,), axes)]
    yield from wrong or list_row_faults(options_of(said["plot"]), said.get("options", {}), (name, "options"), axes)


def list_row_faults(kind: type[Values], said: Any, above: tuple, axes: Mapping[str, str]) -> Iterator[Fault]:
    """What does not fit a type, below a path of keys."""
    try:
        kind.model_validate(said, context=axes)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            yield (*above, *each["loc"]), words_of(each, kind)


def words_of(error: Any, kind: type[Values]) -> str:
    """What is wrong at a key."""
    match error["type"]:
        case "refused":
            return error["msg"]
        case "missing":
            return "missing; this key is required"
        case "extra_forbidden":
            return f"unknown key; {nearest(error['loc'][-1], kind.model_fields)}"
        case "model_type":
            return f"found {format_value(error['input'])}; allowed: keys and their values"
    return f"found {format_value(error['input'])}; {error['msg'][:1].lower()}{error['msg'][1:]}"
