"""The ready-made studies of the second paper have its grid of regularizers, its measures and its figures."""

from ready_studies.studies import BOTH, CLUSTERED, FIRST, SECOND, STUDIES, each, figures

from vestige.config.registry import FIGURES

# Study -> how many strengths of dropout, L2 (the least is the baseline's) and L1 the paper has, units, and seeds.
SWEEPS = {
    "digits_clustering": ((4, 4, 3), (64, 64), 3),
    "mnist_mlp": ((14, 9, 7), (64, 64), 9),
    "mnist_wide": ((6, 5, 4), (256, 256), 3),
    "mnist_deep": ((6, 5, 4), (64,) * 5, 3),
    "cifar10_resnet": ((5, 5, 4), None, 3),
}


@each(CLUSTERED)
def test_a_study_of_the_second_paper_varies_one_regularizer_at_a_time_over_the_paper_s_grid(name):
    study = STUDIES[name]
    swept = [study.condition(condition).regularizer for condition in study.conditions if condition != "baseline"]
    strengths = {key: sorted(value for found, value in swept if found == key) for key in ("dropout", "l2", "l1")}
    strengths["l2"] = [study.training.l2, *strengths["l2"]]
    assert tuple(map(len, strengths.values())) == SWEEPS[name][0]
    assert study.training.l2 == 1e-5
    assert (getattr(study.network, "hidden", None), len(study.seeds)) == SWEEPS[name][1:]


@each(CLUSTERED)
def test_a_study_of_the_second_paper_measures_every_condition_and_draws_every_figure_of_networks_after_training(name):
    study, everything = STUDIES[name], {*STUDIES[name].conditions}
    assert {*study.applies.association} == {*study.applies.norms} == {*study.applies.cluster_ablation} == everything
    second = {figure for figure, row in FIGURES.items() if row.article == SECOND}
    assert {*figures(name)} == second - {"modularity_and_selectivity"} | {"architecture"}


@each(CLUSTERED)
def test_claims_on_nulls_rest_on_nineteen_draws_of_each(name):
    assert {count for _, count in STUDIES[name].clustering.nulls} == {19}


def test_one_study_has_both_papers_on_one_set_of_networks_after_every_epoch():
    study = STUDIES[BOTH]
    assert study.association.epochs == study.cka.epochs == "all"
    assert {study.condition(name).is_suppressed for name in study.applies.association} == {True, False}
    assert {FIGURES[figure].article for figure in figures(BOTH)} == {FIRST, SECOND}
