"""The measures of association between units: what figures call them, and to which family they belong."""

from typing import Annotated, Literal

from pydantic import Field

from vestige.foundation.association_measures import MEASURES, NORMALISED, UPSTREAM

WORDS = {
    "covariance": "Covariance",
    "input_gradient": "Input gradient",
    "output_gradient": "Output gradient",
    "output_hessian": "Output Hessian",
}
SHORT = {
    "covariance": "cov.",
    "input_gradient": "in. grad.",
    "output_gradient": "out. grad.",
    "output_hessian": "Hess.",
}
Measure = Literal[MEASURES]


def at_least(count: int):
    """The type of a list of so many measures or more."""
    return Annotated[tuple[Measure, ...], Field(strict=False, min_length=count)]


Measures = at_least(1)


def measure_words(measure: str) -> str:
    """For instance "Input gradient, normalised"."""
    plain = measure.removesuffix(NORMALISED)
    return WORDS.get(plain, plain) + (", normalised" if plain != measure else "")


def measure_short(measure: str) -> str:
    """For instance "in. grad., n."."""
    plain = measure.removesuffix(NORMALISED)
    return SHORT.get(plain, plain) + (" n." if plain != measure else "")


def by_family(measures) -> list[str]:
    """The measures, upstream ones first, each plain one before its normalised one."""
    names = [str(each) for each in measures]
    order = [*WORDS]

    def place(name: str) -> tuple:
        plain = name.removesuffix(NORMALISED)
        return order.index(plain) if plain in order else len(order), plain != name

    return sorted(names, key=place)


def is_upstream(measure: str) -> bool:
    """Whether a measure says what units respond to; else it says what they are for."""
    return measure.removesuffix(NORMALISED) in UPSTREAM


def choose_measures(result, wanted=None) -> list[str]:
    """The measures of a result, or those wanted of them, in the order in which they are shown. Raises ValueError."""
    known = by_family(result["measure"].values)
    if strange := sorted({*(wanted or ())} - {*known}):
        raise ValueError(f"measures: no measure {', '.join(strange)}; the results hold {', '.join(known)}")
    return [name for name in known if not wanted or name in wanted]
