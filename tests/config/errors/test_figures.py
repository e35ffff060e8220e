"""A figure that would show nothing is refused with what it needs."""

from pathlib import Path

from config.errors.corrupted_study import TEXT, cases, edited, message

from vestige.config import loading
from vestige.config.validation import list_contradictions


@cases(
    (
        "regularised_accuracy:",
        "recovery:",
        "figures.training.recovery (line 58): it shows a condition that suppresses selectivity from epoch 0 to the "
        "end, which the study (or `select`) lacks; add a condition such as `suppressed: {alpha: -20, modules: [...], "
        "start: 0}`, or leave the figure out",
    ),
    (
        "regularised_accuracy:",
        "regularised_accuracy:\n      select: {alpha: [-20]}",
        "figures.training.regularised_accuracy (line 58): it shows a condition without penalty, which the study (or "
        "`select`) lacks; add a condition such as `baseline: {alpha: 0}`, or leave the figure out",
    ),
)
def test_a_figure_whose_runs_the_study_lacks_is_refused_with_the_condition_that_it_needs(refusal, old, new, says):
    assert refusal(edited(old, new)) == message(says)


@cases(
    (
        "alpha: [0]",
        "alhpa: [0]",
        "select.alhpa (line 65): unknown key; did you mean 'alpha'? allowed: alpha, start, stop",
    ),
    ("alpha: [0]", "seed: [0]", "select.seed (line 65): unknown key; allowed: alpha, start, stop, modules, epochs, "),
    (
        "alpha: [0]",
        "alpha: [7]",
        'select (line 64): found {"alpha": [7]}, which fits no run of selectivity; there are ',
    ),
    ("alpha: [0]", "alpha: [7]", "; there are alpha 0, -20"),
    ("alpha: [0]", 'modules: ["4"]\n        alpha: [-20]', "; there are modules 4 5; alpha 0, -20"),
)
def test_a_figure_that_would_show_nothing_is_refused(refusal, old, new, says):
    told = refusal(edited(old, new))
    assert told.startswith(message("figures.selectivity.emergence.select"))
    assert says in told


def test_a_figure_of_a_measure_that_applies_to_nothing_is_refused(refusal):
    figure = "  ablation: {ablation_curves: {palette: deep, panel: [2, 2], dpi: 80, area: integral, accuracy: top1}}\n"
    says = "figures.ablation.ablation_curves (line 70): there is no run to show; name a condition in applies.ablation"
    assert refusal(edited("ablation: [plain]", "ablation: []", "  ablation: {}\n", figure)).startswith(message(says))


def test_a_figure_of_a_module_that_the_network_lacks_is_refused():
    class Linearity:
        select = None
        modules = (4, 9)

    study = loading.validate_study(loading.parse_yaml(TEXT, Path("params.yaml")))
    study = study.model_copy(update={"figures": study.figures.model_copy(update={"cka": [("linearity", Linearity)]})})
    [(keys, says)] = list_contradictions(study)
    assert keys == ("figures", "cka", "linearity", "pairs")
    assert says == "found 9; the network has no such module; allowed: 4, 5, 6, 7"
