"""The ready-made studies of the first paper draw its figures."""

from ready_studies.studies import FIRST, OF_THE_PAPER, SCALED, each, figures

from vestige.config.registry import FIGURES

PAPER_FIGURES = {
    "imagenet-development": {"1", "2", "3", "4", "5", "8", "9", "10"},
    "imagenet-intervention": {"6a", "6b", "7", "11", "12", "13", "14", "16"},
    "imagenet-recovery": {"15"},
}
EVERY_FIGURE = {str(number) for number in range(1, 17)} - {"6"} | {"6a", "6b"}


def shown(name: str, *besides: str) -> set[str]:
    """The figures of the first paper that a study draws; without some files."""
    drawn = [FIGURES[figure] for figure in figures(name) if figure not in besides]
    return {row.paper for row in drawn if row.article == FIRST}


@each(SCALED)
def test_a_scaled_study_draws_every_figure_of_the_paper(name):
    assert shown(name) == EVERY_FIGURE


@each(SCALED)
def test_a_scaled_study_draws_every_figure_that_there_is(name):
    assert {*figures(name)} == {figure for figure, row in FIGURES.items() if row.article == FIRST}


@each(PAPER_FIGURES)
def test_a_study_of_the_paper_draws_its_figures(name):
    assert shown(name, "similarity_between_networks") == PAPER_FIGURES[name]


def test_the_three_studies_of_the_paper_draw_every_figure_together():
    assert set.union(*(shown(name) for name in OF_THE_PAPER)) == EVERY_FIGURE
