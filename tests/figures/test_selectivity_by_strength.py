import pytest

CONDITIONS = ["suppressed", "suppressed_later", "suppressed_by_1", "suppressed_by_1_later", "baseline"]


@pytest.fixture(scope="module")
def drawn(results, draw):
    return draw("selectivity_by_strength", results("selectivity", CONDITIONS, [0, 1]))


def titles(figure) -> list[str]:
    return [ax.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ") for ax in figure.axes]


def test_strengths_stand_in_columns_the_weakest_first_and_onsets_in_rows(drawn):
    onsets = ["epoch 0", "epoch 5"]
    assert titles(drawn[0]) == [f"α = −{alpha} from {onset}" for onset in onsets for alpha in (1, 20)]


def test_the_regularised_epochs_of_every_panel_are_shaded(drawn):
    assert [patch.get_x() for ax in drawn[0].axes for patch in ax.patches] == [0, 0, 5, 5]


def test_networks_without_penalty_are_in_every_panel(drawn):
    assert [len(ax.get_lines()) - 1 for ax in drawn[0].axes] == [8] * 4  # four modules, twice; and the onset
    assert drawn[0].legends[0].get_texts()[-1].get_text() == "no penalty"


def test_a_strength_with_one_onset_leaves_a_gap(results, draw):
    figure, _ = draw("selectivity_by_strength", results("selectivity", CONDITIONS[:3], [0]))
    assert [ax.axison for ax in figure.axes] == [True, True, False, True]
    assert figure.axes[0].xaxis.get_tick_params()["labelbottom"]
    assert figure.axes[3].yaxis.get_tick_params()["labelleft"]


def test_before_any_penalised_run_is_finished_the_others_are_drawn(results, draw):
    figure, _ = draw("selectivity_by_strength", results("selectivity", seeds=[0]))
    assert titles(figure) == ["no penalty"]
