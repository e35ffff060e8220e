"""Bad input is refused in one readable message: the key, its line, what was found, what is allowed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vestige.cli import main
from vestige.config import loading
from vestige.config.validation import contradictions

ROOT = Path(__file__).resolve().parents[2]
TEXT = """\
study: small
device: cpu
threads: 1
seeds: [0, 1]
images:
  source: digits
  val_fraction: 0.2
  split_seed: 0
network:
  family: bottleneck_resnet
  blocks: [1, 1, 1, 1]
  width: 4
training:
  epochs: 6
  batch_size: 64
  learning_rate: 0.1
  learning_rate_step: 30
  learning_rate_gamma: 0.1
  momentum: 0.9
  weight_decay: 1e-4
  class_reduction: mean
  epsilon: 1e-6
conditions:
  plain:
    alpha: 0
  early:
    alpha: -20
    modules: [4, 5]
    start: 0
    stop: 4
selectivity:
  batch_size: 512
  epsilon: 1e-6
ablation:
  epochs: [1, 6]
  modules: [4, 7]
  grid:
    fractions: [0, 0.5, 1]
  random:
    protocol: fixed_orders
    repeats: 2
  batch_size: 512
  ranked_on: same_images
cka:
  epochs: all
  batch_size: 64
  order: shuffled
  order_seed: 0
  estimator: minibatch
applies:
  ablation: [plain]
  cka: [plain, early]
  association: []
  norms: []
  cluster_ablation: []
figures:
  training:
    regularised_accuracy:
      palette: colorblind
      panel: [2, 2]
      dpi: 80
  selectivity:
    emergence:
      select:
        alpha: [0]
      palette: colorblind
      panel: [2, 2]
      dpi: 80
      silent_units: zero
  ablation: {}
  cka: {}
  network: {}
  between: {}
  association: {}
  clustering: {}
  agreement: {}
  norms: {}
  cluster_classes: {}
  cluster_ablation: {}
between: {}
untrained: {}
"""
LETTERS = "a small letter, then small letters, digits and underscores"


def cases(*rows):
    """A table of tests, each called after what stands in the file and what is said of it."""
    return pytest.mark.parametrize(("old", "new", "says"), [pytest.param(*row, id=f"{row[1]!r:.40}") for row in rows])


@pytest.fixture
def refusal(tmp_path):
    """The message with which a study file is refused."""

    def of(text: str | bytes) -> str:
        path = tmp_path / "params.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(loading.StudyRefused) as refused:
            loading.read(path)
        return str(refused.value)

    return of


def edited(*pairs: str) -> str:
    """The study above with parts of its text replaced, each of which stands in it once."""
    text = TEXT
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def message(*lines: str) -> str:
    """A whole message: its faults line by line."""
    return "\n".join(["params.yaml is refused:", *(f"  {line}" for line in lines)])


def test_the_study_that_these_tests_corrupt_is_sound():
    assert loading.validate_study(loading.parse_yaml(TEXT, Path("params.yaml"))).study == "small"


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


@cases(
    ("-20", "abc", 'found "abc"; allowed: a number'),
    ("-20", ".nan", "found NaN; allowed: a finite number"),
    ("-20", "-.inf", "found -Infinity; allowed: a finite number"),
    ("-20", "1e400", "found Infinity; allowed: a finite number"),
    ("-20", "true", "found true; allowed: a number"),
    ("-20", "", "it is empty; give it a value, or leave the key out"),
    ("-20", "null", "it is empty; give it a value, or leave the key out"),
    ("-20", '"-20"', 'found "-20"; allowed: a number, without quotation marks'),
    ("-20", "[1]", "found [1]; allowed: a number"),
    ("-20", "{a: 1}", 'found {"a": 1}; allowed: a number'),
    ("-20", "2020-01-01", 'found "2020-01-01"; allowed: a number'),
    ("-20", "1" * 30, f"found {'1' * 30}; allowed: whole numbers up to 9007199254740992"),
)
def test_an_alpha_that_is_no_number_is_refused(refusal, old, new, says):
    assert refusal(edited(f"alpha: {old}", f"alpha: {new}")) == message(f"conditions.early.alpha (line 27): {says}")


@cases(
    (
        "  epochs: 6",
        "  epochs: 6.0",
        "training.epochs (line 14): found 6.0; allowed: a whole number, written without a point",
    ),
    ("  epochs: 6", "  epochs: 6.5", "training.epochs (line 14): found 6.5; allowed: a whole number"),
    (
        "  epochs: 6",
        '  epochs: "6"',
        'training.epochs (line 14): found "6"; allowed: a whole number, without quotation marks',
    ),
    ("  epochs: 6", "  epochs: true", "training.epochs (line 14): found true; allowed: a whole number"),
    ("  epochs: 6", "  epochs: 0", "training.epochs (line 14): found 0; allowed: a number above 0"),
    (
        "  epochs: 6",
        "  epochs: " + "9" * 20,
        "training.epochs (line 14): found 99999999999999999999; allowed: whole numbers up to",
    ),
    (
        "learning_rate: 0.1",
        "learning_rate: -1",
        "training.learning_rate (line 16): found -1; allowed: a number above 0",
    ),
    ("momentum: 0.9", "momentum: 1", "training.momentum (line 19): found 1; allowed: a number below 1"),
    ("momentum: 0.9", "momentum: -1", "training.momentum (line 19): found -1; allowed: a number of at least 0"),
    ("gamma: 0.1", "gamma: 1.5", "training.learning_rate_gamma (line 18): found 1.5; allowed: a number of at most 1"),
    (
        "reduction: mean",
        "reduction: men",
        "training.class_reduction (line 21): found \"men\"; did you mean 'mean'?",
    ),
    ("device: cpu", "device: gpu", "device (line 2): found \"gpu\"; did you mean 'cpu'? allowed: cpu, cuda"),
    ("device: cpu", "device: off", 'device (line 2): found "off"; allowed: cpu, cuda'),
    ("source: digits", "source: digit", "images.source (line 6): found \"digit\"; did you mean 'digits'? allowed: "),
    ("bottleneck_resnet", "resnett", "network.family (line 10): found \"resnett\"; did you mean 'resnet'? allowed: "),
    ("bottleneck_resnet", "7", 'network.family (line 10): found "7"; allowed: bottleneck_resnet, '),
    ("[1, 1, 1, 1]", "[1, 1, 1]", "network.blocks (line 11): found [1, 1, 1]; allowed: 4 entries"),
    ("[1, 1, 1, 1]", "[1, 1, 1, 1, 1]", "network.blocks (line 11): found [1, 1, 1, 1, 1]; allowed: 4 entries"),
    ("[1, 1, 1, 1]", "[1, 1, x, 1]", 'network.blocks.2 (line 11): found "x"; allowed: a whole number'),
    ("network:\n", "network: resnet\nnet:\n", 'network (line 9): found "resnet"; allowed: keys and their values'),
    ("  plain:\n    alpha: 0", "  plain: 0", "conditions.plain (line 24): found 0; allowed: keys and their values"),
    (
        "  plain:\n    alpha: 0",
        "  plain:",
        "conditions.plain (line 24): it is empty; give it a value, or leave the key out",
    ),
    ("stop: 4", "stop: ~", "conditions.early.stop (line 30): it is empty; give it a value, or leave the key out"),
    ("stop: 4", "learning_rate: -1", "conditions.early.learning_rate (line 30): found -1; allowed: a number above 0"),
    ("stop: 4", "batch_size: 1", "conditions.early.batch_size (line 30): found 1; allowed: a number of at least 2"),
    ("epochs: all", "epochs: al", "cka.epochs (line 45): found \"al\"; did you mean 'all'? allowed: a list, or all"),
    ("epochs: all", "epochs: 3", "cka.epochs (line 45): found 3; allowed: a list, or all"),
    ("epochs: all", "epochs: []", "cka.epochs (line 45): found []; allowed: 1 or more entries, or all"),
    ("epochs: all", "epochs: [1, 2.5]", "cka.epochs.1 (line 45): found 2.5; allowed: a whole number"),
    ("alpha: [0]", "alpha: 0", "figures.selectivity.emergence.select.alpha (line 65): found 0; allowed: a list"),
    (
        "alpha: [0]",
        "alpha: [[0]]",
        "figures.selectivity.emergence.select.alpha.0 (line 65): found [0]; allowed: true or false, or",
    ),
    (
        "dpi: 80\n      silent",
        "dpi: 80.5\n      silent",
        "figures.selectivity.emergence.dpi (line 68): found 80.5; allowed: a whole number",
    ),
)
def test_a_value_of_a_wrong_kind_is_shown_with_what_is_allowed(refusal, old, new, says):
    assert f"\n  {says}" in refusal(edited(old, new))


@cases(
    ("seeds: [0, 1]", "seeds: []", "seeds (line 4): found []; allowed: 1 or more entries"),
    ("seeds: [0, 1]", "seeds: 3", "seeds (line 4): found 3; allowed: a list"),
    ("seeds: [0, 1]", "seeds: [0, 1, 0]", "seeds (line 4): 0 is given 2 times; allowed: each once"),
    ("seeds: [0, 1]", "seeds: [0, -1]", "seeds.1 (line 4): found -1; allowed: a number of at least 0"),
    (
        "seeds: [0, 1]",
        "seeds: [0, 1.0]",
        "seeds.1 (line 4): found 1.0; allowed: a whole number, written without a point",
    ),
    ("seeds: [0, 1]", 'seeds: ["0"]', 'seeds.0 (line 4): found "0"; allowed: a whole number, without quotation marks'),
    ("seeds: [0, 1]", "seeds: [0, null]", "seeds.1 (line 4): it is empty; give it a value, or leave the key out"),
    ("seeds: [0, 1]", "seeds: &s [0, *s]", "seeds.1 (line 4): found [0, [...]]; allowed: a whole number"),
)
def test_seeds_are_different_whole_numbers_from_0(refusal, old, new, says):
    assert refusal(edited(old, new)) == message(says)


@pytest.mark.parametrize(
    "name", ["A", "a/b", "a.b", "a b", "", "..", ".", "/", "1a", "_a", "ä", "a\n", "a-b", "a\\b", "~a"]
)
def test_a_condition_whose_name_would_break_a_path_is_refused(refusal, name):
    spelt = name.replace("\\", "\\\\").replace("\n", "\\n")
    says = refusal(edited("  early:", f'  "{spelt}":', "[plain, early]", "[plain]"))
    assert re.search(r'\n  conditions\.("?).*\1 \(line 26\): ', says)
    assert says.endswith(f'found "{spelt}"; allowed: {LETTERS}')


@pytest.mark.parametrize("name", ["A", "a/b", "a.b", "a b", "", "..", "/", "1a", "_a", "-a", "a\\nb"])
def test_a_study_whose_name_would_break_a_path_is_refused(refusal, name):
    says = f'study (line 1): found "{name}"; allowed: {LETTERS} or hyphens'
    assert refusal(edited("study: small", f'study: "{name}"')) == message(says)


@pytest.mark.parametrize("name", ["7", "true", "null", "1.5"])
def test_a_condition_is_named_by_letters(refusal, name):
    says = f"conditions.{name if name != '1.5' else '1.5'} (line 26): found {name}; allowed: {LETTERS}"
    assert says in refusal(edited("  early:", f"  {name}:", "[plain, early]", "[plain]"))


def test_a_name_too_long_for_a_file_is_refused(refusal):
    says = refusal(edited("  early:", f"  {'a' * 65}:", "[plain, early]", "[plain]"))
    assert says.endswith("allowed: at most 64 characters")


@cases(
    ("start: 0", "start: 4", "conditions.early.stop (line 30): found 4; start is 4; allowed: 5 to 6"),
    ("start: 0", "start: 5", "conditions.early.stop (line 30): found 4; start is 5; allowed: 6 to 6"),
    ("start: 0", "start: 6", "conditions.early.start (line 29): found 6; the run has 6 epochs; allowed: 0 to 5"),
    ("stop: 4", "stop: 7", "conditions.early.stop (line 30): found 7; start is 0; allowed: 1 to 6"),
    ("stop: 4", "epochs: 8\n    stop: 9", "conditions.early.stop (line 31): found 9; start is 0; allowed: 1 to 8"),
    (
        "    start: 0\n",
        "",
        "conditions.early.start (line 26): missing; alpha is -20: say from which epoch it acts; 0 is the beginning",
    ),
    (
        "    modules: [4, 5]\n",
        "",
        "conditions.early.modules (line 26): missing; alpha is -20: say on which modules it acts",
    ),
    (
        "modules: [4, 5]",
        "modules: [4, 8]",
        "conditions.early.modules (line 28): found 8; the network has no such module",
    ),
    (
        "modules: [4, 5]",
        "modules: [4, 4]",
        "conditions.early.modules (line 28): 4 is given 2 times; allowed: each once",
    ),
    ("modules: [4, 5]", "modules: []", "conditions.early.modules (line 28): found []; allowed: 1 or more entries"),
    (
        "alpha: 0\n",
        "alpha: 0\n    modules: [3]\n",
        "conditions.plain.modules (line 26): found 3; the network has no such module",
    ),
    (
        "alpha: 0\n",
        "alpha: 0\n    start: 6\n",
        "conditions.plain.start (line 26): found 6; the run has 6 epochs; allowed: 0 to 5",
    ),
)
def test_a_penalty_that_no_run_could_have_is_refused(refusal, old, new, says):
    assert refusal(edited(old, new)).startswith(message(says))


@pytest.mark.parametrize(
    ("twin", "same"),
    [
        ("{alpha: 0}", "plain"),
        ("{alpha: -0.0}", "plain"),
        ("{alpha: 0, start: 3}", "plain"),
        ("{alpha: 0, modules: [4], stop: 2}", "plain"),
        ("{alpha: 0, learning_rate: 0.1}", "plain"),
        ("{alpha: 0, epsilon: 1e-3, class_reduction: sum}", "plain"),
        ("{alpha: -20, modules: [4, 5], start: 0, stop: 4}", "early"),
        ("{alpha: -20.0, modules: [5, 4], start: 0, stop: 4}", "early"),
        ("{alpha: -20, modules: [4, 5], start: 0, stop: 4, epochs: 6}", "early"),
    ],
)
def test_two_conditions_that_mean_the_same_are_refused(refusal, twin, same):
    says = f"conditions.twin (line 31): it means the same as conditions.{same}; remove one of them"
    assert refusal(edited("stop: 4\n", f"stop: 4\n  twin: {twin}\n")) == message(says)


def test_a_penalty_until_the_last_epoch_is_one_without_an_end(refusal):
    says = "conditions.twin (line 31): it means the same as conditions.early; remove one of them"
    assert refusal(edited("stop: 4\n", "stop: 6\n  twin: {alpha: -20, modules: [4, 5], start: 0}\n")) == message(says)


@cases(
    (
        "[plain, early]",
        "[plain, erly]",
        "applies.cka (line 52): found 'erly'; no such condition; did you mean 'early'? ",
    ),
    ("[plain, early]", "[plain, plain]", "applies.cka (line 52): plain is given 2 times; allowed: each once"),
    ("[plain, early]", "plain", 'applies.cka (line 52): found "plain"; allowed: a list'),
    ("[plain, early]", "[plain, Early]", f'applies.cka.1 (line 52): found "Early"; allowed: {LETTERS}'),
    ("[4, 7]", "[4, 8]", "ablation.modules (line 36): found 8; the network has no such module; allowed: 4, 5, 6, 7"),
    (
        "fractions: [0, 0.5, 1]",
        "fractions: [0, 1.5]",
        "ablation.grid.fractions.1 (line 38): found 1.5; allowed: a number of at most 1",
    ),
    (
        "fractions: [0, 0.5, 1]",
        "fractions: [0.5, 1]",
        "ablation.grid.fractions (line 38): found 0.5, 1; allowed: two or more",
    ),
    ("fractions: [0, 0.5, 1]", "fractions: [0, 1, 0.5]", "ablation.grid.fractions (line 38): found 0, 1, 0.5; allowed"),
    (
        "fractions: [0, 0.5, 1]",
        "fractions: [0]",
        "ablation.grid.fractions (line 38): found 0; allowed: two or more",
    ),
    ("fractions: [0, 0.5, 1]", "steps: [15]", "ablation.grid.steps (line 38): found [15]; allowed: 2 entries"),
    (
        "grid:\n    fractions: [0, 0.5, 1]",
        "grid: {}",
        "ablation.grid (line 37): found neither of fractions and steps; allowed: one of them",
    ),
    (
        "grid:\n",
        "grid:\n    steps: [15, 40]\n",
        "ablation.grid (line 37): found both of fractions and steps; allowed: one of them",
    ),
    (
        "  order_seed: 0\n",
        "",
        "cka.order_seed (line 44): missing; cka.order is shuffled: say with which seed",
    ),
    (
        "shuffled",
        "class_sorted",
        "cka.order_seed (line 48): found 0; cka.order is class_sorted, which needs no seed: leave this key out",
    ),
    (
        "epochs: all",
        "epochs: [7, 9]",
        "cka.epochs (line 45): found 7, 9; conditions.plain ends at epoch 6; allowed: all",
    ),
    ("epochs: [1, 6]", "epochs: [1, 6, 6]", "ablation.epochs (line 35): 6 is given 2 times; allowed: each once"),
    (
        "alpha: 0\n",
        "alpha: 0\n    epochs: 0\n",
        "conditions.plain.epochs (line 26): found 0; allowed: a number above 0",
    ),
)
def test_a_measure_that_contradicts_itself_or_the_runs_is_refused(refusal, old, new, says):
    assert f"\n  {says}" in refusal(edited(old, new))


@cases(
    (
        "same_images",
        "held_out_halves",
        "ablation.halves_seed (line 34): missing; ablation.ranked_on is held_out_halves: say with which seed; allowed: "
        "a number from 0",
    ),
    (
        "same_images",
        "same_images\n  halves_seed: 1",
        "ablation.halves_seed (line 44): found 1; ablation.ranked_on is same_images, which needs no seed: leave this "
        "key out",
    ),
    (
        "same_images",
        "same",
        'ablation.ranked_on (line 43): found "same"; allowed: same_images, held_out_halves',
    ),
)
def test_a_seed_of_halves_goes_with_ranking_on_halves_alone(refusal, old, new, says):
    assert refusal(edited(old, new)) == message(says)


def test_networks_of_one_seed_are_not_compared(refusal):
    pair = "between:\n  both:\n    first: plain\n    second: early\n"
    says = "it compares networks of different seeds, and seeds lists one; add another, or remove the pair"
    text = edited("\nbetween: {}\n", f"\n{pair}", "seeds: [0, 1]", "seeds: [0]")
    assert refusal(text) == message(f"between.both (line 81): {says}")


CLUSTERED = """\
untrained:
  initial:
    networks: 100
    seed: 0
association:
  epochs: [0]
  batch_size: 512
  directions: 16
  directions_seed: 0
clustering:
  restarts: 1
  steps: 5000
  entropy: 0.15
  seed: 0
  nulls:
    shuffled: 0
    strengths: 0
agreement:
  dead_units: left_out
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "networks: 100",
            "networks: 1",
            "untrained.initial.networks (line 83): found 1; allowed: a number of at least 2",
        ),
        (
            "seed: 0\nassociation",
            "seed: -1\nassociation",
            "untrained.initial.seed (line 84): found -1; allowed: a number",
        ),
        ("networks: 100", "network: 9", "untrained.initial.network (line 83): unknown key; did you mean 'networks'?"),
        ("initial:", "In-itial:", "untrained.In-itial (line 82): "),
        (
            "agreement:\n  dead_units: left_out\n",
            "",
            "agreement: missing; untrained asks for what is made with it; its keys: dead_units",
        ),
        (
            "  directions: 16\n",
            "",
            "association.directions (line 85): missing; the input gradient of a bottleneck_resnet",
        ),
    ],
)
def test_a_set_of_untrained_networks_that_could_not_be_measured_is_refused(refusal, old, new, says):
    assert CLUSTERED.count(old) == 1
    assert f"\n  {says}" in refusal(edited("\nuntrained: {}\n", f"\n{CLUSTERED.replace(old, new)}"))


def test_all_sections_that_a_set_of_untrained_networks_lacks_are_named(refusal):
    found = refusal(edited("\nuntrained: {}\n", f"\n{CLUSTERED.partition('association:')[0]}"))
    assert re.findall(r"^  (\w+): missing; untrained asks", found, re.MULTILINE) == [
        "association",
        "clustering",
        "agreement",
    ]


def test_an_older_study_is_told_the_line_that_says_that_there_are_no_untrained_networks(refusal):
    says = "untrained: missing; add the line `untrained: {}`, or what it should name"
    assert f"\n  {says}" in refusal(edited("\nuntrained: {}\n", "\n"))


@cases(
    (
        "",
        "plan",
        "between.both.second (line 83): found 'plan'; the study has no such condition; did you mean 'plain'? allowed: ",
    ),
    (
        "",
        "plain-seed1",
        'between.both.second (line 83): found "plain-seed1", a run; a pair is of two conditions, over all seeds: '
        "say plain; `baseline_suppressed: {first: baseline, second: suppressed}`",
    ),
    (
        "",
        "Plain",
        f'between.both.second (line 83): found "Plain"; allowed: {LETTERS}',
    ),
    (
        "",
        "early\n  again:\n    first: early\n    second: plain",
        "between.again (line 84): it compares the same conditions as between.both; remove one of them",
    ),
    (
        "",
        "early\n    third: early",
        "between.both.third (line 84): unknown key; allowed: first, second",
    ),
)
def test_a_pair_is_two_conditions_of_the_study_compared_once(refusal, old, new, says):
    pair = f"between:\n  both:\n    first: plain\n    second: {new}\n"
    assert refusal(edited("\nbetween: {}\n", f"\n{pair}")).startswith(message(says))


DIGITS = "source: digits\n  val_fraction: 0.2\n  split_seed: 0\n"
BOTTLENECKS = "family: bottleneck_resnet\n  blocks: [1, 1, 1, 1]\n  width: 4\n"
CROP = "source: digits\n  val_fraction: 0.2\n  split_seed: 0\n  crop: 6\n"
CONDITIONS = "  epsilon: 1e-6\nconditions:\n"
RANDOM = "  epsilon: 1e-6\n  random_crop: {scale: [0.5, 1], ratio: [1, 1]}\nconditions:\n"


@cases(
    (DIGITS, "source: mnist\n", "images.folder (line 5): missing; this key is required"),
    (
        DIGITS,
        "source: cifar10\n  folder: data\n  split_seed: 0\n",
        "images.split_seed (line 8): unknown key; allowed: ",
    ),
    (
        DIGITS,
        "source: imagenet\n  root: data\n  crop: 64\n  resize: 32\n  resize_with: pillow\n",
        "images.resize (line 9): found 32; allowed: at least images.crop, which is 64",
    ),
    (
        DIGITS,
        "source: folder\n  folder: data\n  size: 64\n  resize: 64\n",
        'images.source (line 6): found "folder"; photographs are read where they lie: say `source: imagenet`, `root` ',
    ),
    (BOTTLENECKS, "family: resnet\n  depth: 51\n", "network.depth (line 11): found 51; allowed: 18, 34, 50"),
    (
        BOTTLENECKS,
        "family: resnet\n  depth: 18\n  view: {size: 8, scale: [0.5, 1], ratio: [1, 1]}\n",
        "network.view (line 12): unknown key; say its size as images.crop, and its scale and ratio as "
        "training.random_crop; allowed: family, depth",
    ),
    (
        BOTTLENECKS,
        "family: vgg\n  depth: 16\n  dropout: 1\n",
        "network.dropout (line 12): found 1; allowed: a number below 1",
    ),
    (
        BOTTLENECKS,
        "family: vgg\n  depth: 16\n",
        "ablation.modules (line 35): found 7; the network has no such module; allowed: 1, 2, 3, 4, 5, 6",
    ),
)
def test_each_source_and_family_has_its_own_keys_and_modules(refusal, old, new, says):
    assert refusal(edited(old, new)).startswith(message(says))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            DIGITS,
            DIGITS,
            "training.random_crop (line 23): images.crop is missing, the side of the square to which crops are "
            "resized: add it",
        ),
        (
            "momentum: 0.9",
            "momentum: 0.9\n  shift: 1",
            "training.random_crop (line 25): found random_crop and shift, which both move what is seen of an image; "
            "allowed: one of them",
        ),
        (
            "alpha: 0\n",
            "alpha: 0\n    shift: 1\n",
            "conditions.plain.shift (line 28): found random_crop and shift, which both move what is seen of an image; "
            "allowed: one of them",
        ),
        (
            "scale: [0.5, 1]",
            "scale: [1, 0.5]",
            "training.random_crop.scale (line 24): found [1, 0.5]; allowed: two numbers, the",
        ),
        ("scale: [0.5, 1]", "scale: [0, 1]", "training.random_crop.scale.0 (line 24): found 0; allowed: a number of"),
        (
            "ratio: [1, 1]",
            "ratio: [1, 20.1]",
            "training.random_crop.ratio.1 (line 24): found 20.1; allowed: a number of",
        ),
        (", ratio: [1, 1]", "", "training.random_crop.ratio (line 24): missing; this key is required"),
        ("crop: 6\n", "crop: 0\n", "images.crop (line 9): found 0; allowed: a number above 0"),
    ],
)
def test_a_crop_that_no_image_could_have_is_refused(refusal, old, new, says):
    text = edited(CONDITIONS, RANDOM)
    if old != DIGITS:
        text = text.replace(DIGITS, CROP)
    assert text.count(old) == 1
    assert refusal(text.replace(old, new)).startswith(message(says))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("{statistics: recomputed, images: 8}", ".batch_size (line 23): missing; statistics is recomputed: say in"),
        ("{statistics: recomputed, batch_size: 8}", ".images (line 23): missing; statistics is recomputed: say on"),
        ("{statistics: recomputed, images: 8, batch_size: 9}", ".batch_size (line 23): found 9; images is 8; allowed:"),
        ("{statistics: recomputed, images: 1, batch_size: 2}", ".images (line 23): found 1; allowed: a number of at"),
        ("{statistics: running, images: 8}", ".images (line 23): found 8; statistics is running, which needs none:"),
        (
            "{statistics: runing}",
            ".statistics (line 23): found \"runing\"; did you mean 'running'? allowed: running, re",
        ),
        ("recomputed", ' (line 23): found "recomputed"; allowed: keys and their values'),
    ],
)
def test_statistics_of_batch_norm_that_say_too_little_or_too_much_are_refused(refusal, given, says):
    text = edited(CONDITIONS, f"  epsilon: 1e-6\n  batch_norm: {given}\nconditions:\n")
    assert refusal(text).startswith(message(f"training.batch_norm{says}"))
    own = edited("alpha: 0\n", f"alpha: 0\n    batch_norm: {given}\n")
    assert refusal(own).startswith(message(f"conditions.plain.batch_norm{says}".replace("line 23", "line 26")))


def test_statistics_of_batch_norm_are_refused_where_the_network_has_none(refusal):
    vgg = edited(BOTTLENECKS, "family: vgg\n  depth: 16\n").replace("modules: [4, 7]", "modules: [4, 5]")
    given = "  epsilon: 1e-6\n  batch_norm: {statistics: recomputed, images: 8, batch_size: 8}\nconditions:\n"
    says = "training.batch_norm (line 22): found recomputed; a vgg has no batch norm; leave this key out"
    assert says in refusal(vgg.replace(CONDITIONS, given))


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


def test_a_measure_must_reach_each_run_that_it_covers_and_no_other(refusal):
    shorter = ("stop: 4\n", "stop: 4\n    epochs: 4\n", "epochs: all", "epochs: [5, 6]")
    says = "cka.epochs (line 46): found 5, 6; conditions.early ends at epoch 4; allowed: all, or some of 0 to 4"
    assert refusal(edited(*shorter)) == message(says)
    assert loading.validate_study(
        loading.parse_yaml(edited(*shorter, "[plain, early]", "[plain]"), Path("params.yaml"))
    )


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
    [(keys, says)] = contradictions(study)
    assert keys == ("figures", "cka", "linearity", "pairs")
    assert says == "found 9; the network has no such module; allowed: 4, 5, 6, 7"


def test_every_fault_of_a_kind_is_listed_in_the_order_of_the_file(refusal):
    misfits = edited(
        "cpu", "gpu", "threads", "threds", "alpha: -20", "alpha: ten", "  order: shuffled\n", "", "zero", "no"
    )
    assert re.findall(r"^  (\S+)", refusal(misfits), re.M) == [
        "device",
        "threds",
        "conditions.early.alpha",
        "cka.order",
        "figures.selectivity.emergence.silent_units",
    ]
    contradictory = edited("[0, 1]", "[1, 1]", "start: 0", "start: 5", "[4, 7]", "[8]", "[plain, early]", "[erly]")
    assert re.findall(r"^  (\S+)", refusal(contradictory), re.M) == [
        "seeds",
        "conditions.early.stop",
        "ablation.modules",
        "applies.cka",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (edited("seeds: [0, 1]", "seeds: [0, 1"), ", line 5: this is not YAML: "),
        (edited("seeds: [0, 1]", "seeds: [0, 1]]"), ", line 4: this is not YAML: "),
        (edited("momentum: 0.9", "momentum 0.9"), ", line 20: this is not YAML: "),
        (edited("threads: 1", "threads: 1\nthreads: 2"), ', line 4: this is not YAML: found duplicate key "threads"'),
        (edited("stop: 4", "start: 4"), ', line 30: this is not YAML: found duplicate key "start"'),
        (
            edited("  epochs: 6", "\tepochs: 6"),
            ", line 14: this is not YAML: found character '\\t' that cannot start any",
        ),
        (edited("device: cpu", "device: *cpu"), ", line 2: this is not YAML: found undefined alias"),
        (
            edited("device: cpu", "device: !cpu"),
            ", line 2: this is not YAML: could not determine a constructor for the",
        ),
        (TEXT + "---\n" + TEXT, ", line 82: this is not YAML: "),
        (TEXT + "\0", ": this is not YAML: unacceptable character #x0000"),
        (TEXT.encode("utf-16"), ", line 1: byte 0xff is not UTF-8; save the file as UTF-8"),
        (edited("minibatch", "minib\xe4tch").encode("latin-1"), ", line 49: byte 0xe4 is not UTF-8; save the file as"),
        (edited("0.2", "2020-99-99"), " cannot be read: month must be in 1..12"),
        ("[" * 500, " cannot be read: maximum recursion depth exceeded"),
        ("", " is refused:\n  the file: it is empty; allowed: the keys study, device,"),
        ("# all commented out\n", " is refused:\n  the file: it is empty; allowed: the keys study, device,"),
        ("- digits\n", ' is refused:\n  the file: found ["digits"]; allowed: the keys study, device,'),
        ("digits", ' is refused:\n  the file: found "digits"; allowed: the keys study, device,'),
    ],
    ids=range(18),
)
def test_what_is_no_yaml_or_no_study_is_refused_with_the_line(refusal, text, says):
    assert refusal(text).startswith(f"params.yaml{says}")


def test_a_file_that_is_not_there_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(loading.StudyRefused, match="there is no such file; run from the folder that holds params.yaml"):
        loading.read(tmp_path / "params.yaml")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(loading.StudyRefused, match="cannot be read: it is a folder, no file"):
        loading.read(tmp_path)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command in a folder, and say at the end whether it has loaded torch."""
    script = "import sys; from vestige.cli import main; status = main(sys.argv[1:]); print('torch' in sys.modules)"
    called = [sys.executable, "-c", f"{script}; sys.exit(status)", *arguments]
    return subprocess.run(called, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "text", "says"),
    [
        (
            ["check"],
            edited("momentum", "momentun"),
            "params.yaml is refused:\n  training.momentun (line 19): unknown key",
        ),
        (
            ["make", "results/small/images.nc"],
            edited("-20", "x"),
            "params.yaml is refused:\n  conditions.early.alpha (li",
        ),
        (
            ["make", "results/small/imagse.nc"],
            TEXT,
            "results/small/imagse.nc is no result of the study 'small'; did you ",
        ),
    ],
)
def test_the_command_refuses_before_it_loads_torch_or_writes_anything(tmp_path, arguments, text, says):
    (tmp_path / "params.yaml").write_text(text)
    told = command(tmp_path, *arguments)
    assert (told.returncode, told.stdout) == (1, "False\n")
    assert told.stderr.startswith(f"vestige: {says}")
    assert "Traceback" not in told.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["params.yaml"]


@pytest.mark.parametrize("arguments", [["check"], ["list"], ["make", "results/digits/images.nc"]])
@pytest.mark.parametrize("text", [None, "", "study: [", edited("seeds: [0, 1]", "seeds: []")])
def test_every_command_that_needs_a_study_refuses_a_bad_one(tmp_path, monkeypatch, capsys, arguments, text):
    if text is not None:
        (tmp_path / "params.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("vestige: params.yaml")
    assert len(list(tmp_path.rglob("*"))) == (text is not None)
