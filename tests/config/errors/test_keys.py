"""A key that is unknown or missing is refused by name, with its line and the nearest right spelling."""

from config.errors.corrupted_study import cases, edited


@cases(
    (
        "threads: 1",
        "threds: 1",
        "threds (line 3): unknown key; did you mean 'threads'? allowed: study, device, threads,",
    ),
    ("val_fraction", "val_fractoin", "images.val_fractoin (line 7): unknown key; did you mean 'val_fraction'?"),
    ("width", "widht", "network.widht (line 12): unknown key; did you mean 'width'? allowed: family, blocks, width"),
    ("momentum", "momentun", "training.momentun (line 19): unknown key; did you mean 'momentum'? allowed: epochs, "),
    (
        "start: 0",
        "strat: 0",
        "conditions.early.strat (line 29): unknown key; did you mean 'start'? allowed: alpha, modules",
    ),
    (
        "fractions",
        "fraction",
        "ablation.grid.fraction (line 38): unknown key; did you mean 'fractions'? allowed: fractions",
    ),
    ("protocol", "protocoll", "ablation.random.protocoll (line 40): unknown key; did you mean 'protocol'?"),
    ("order_seed", "order-seed", "cka.order-seed (line 48): unknown key; did you mean 'order_seed'?"),
    (
        "  cka: [",
        "  cak: [",
        "applies.cak (line 52): unknown key; did you mean 'cka'? allowed: ablation, cka, association",
    ),
    ("emergence", "emergance", "figures.selectivity.emergance (line 63): unknown key; did you mean 'emergence'?"),
    (
        "silent_units",
        "silent",
        "figures.selectivity.emergence.silent (line 69): unknown key; did you mean 'silent_units'?",
    ),
    ("silent_units: zero", "Dpi: 8", "figures.selectivity.emergence.Dpi (line 69): unknown key; did you mean 'dpi'?"),
    ("threads: 1", "threads: 1\nremarks: none", "remarks (line 4): unknown key; allowed: study, device, threads,"),
    ("threads: 1", "threads: 1\n7: none", "7 (line 4): unknown key; allowed: study, device, threads,"),
    (
        "  cka: {}",
        "  cka: {}\n  lenses: {}",
        "figures.lenses (line 72): unknown key; allowed: network, training, selectivity,",
    ),
)
def test_a_misspelt_key_is_named_with_its_line_and_the_nearest_right_spelling(refusal, old, new, says):
    assert f"\n  {says}" in refusal(edited(old, new))


def test_what_is_missing_because_it_is_misspelt_is_not_said_twice(refusal):
    assert refusal(edited("momentum", "momentun")).count("\n") == 1


def test_a_figure_listed_under_a_wrong_kind_is_told_its_place(refusal):
    says = refusal(edited("    regularised_accuracy:", "    emergence:"))
    assert "figures.training.emergence (line 58): unknown key; this figure is drawn from selectivity" in says
    assert "so it belongs under figures.selectivity; allowed: accuracy_by_strength, class_representation, " in says


@cases(
    ("threads: 1\n", "", "threads: missing; this key is required"),
    (
        "selectivity:\n  batch_size: 512\n  epsilon: 1e-6\n",
        "",
        "selectivity: missing; this key is required; its keys: ",
    ),
    ("  momentum: 0.9\n", "", "training.momentum (line 13): missing; the optimizer is sgd; allowed: from 0, below 1"),
    ("  source: digits\n", "", "images.source (line 5): missing; this key is required"),
    ("  family: bottleneck_resnet\n", "", "network.family (line 9): missing; this key is required"),
    ("    alpha: -20\n", "", "conditions.early.alpha (line 26): missing; modules, start, stop tell of a penalty"),
    ("    repeats: 2\n", "", "ablation.random.repeats (line 39): missing; this key is required"),
    ("  cka: [plain, early]\n", "", "applies.cka (line 50): missing; add the line `cka: []` to applies"),
    (
        "  ablation: {}\n",
        "  ablation: {ablation_curves: {}}\n",
        "figures.ablation.ablation_curves.area (line 70): missing; this key is required",
    ),
    ("  ablation: {}\n", "", "figures.ablation (line 56): missing; add the line `ablation: {}` to figures"),
)
def test_a_missing_section_or_key_is_named(refusal, old, new, says):
    assert f"\n  {says}" in refusal(edited(old, new))
