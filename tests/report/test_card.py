"""The reproducibility card answers each variable from what the results carry, and lists both where they disagree."""

import json

import pytest
from report import made
from report.conftest import written
from report.parsed import Page

from vestige.report.evidence import count_stated, digest_of, leaves, sections

# The variables of the tables of reproducibility that were published for the two papers.
VARIABLES = (
    *("Research type", "Pseudocode", "Open source code", "Open datasets", "Dataset splits", "Hardware specification"),
    *("Software dependencies", "Experiment setup", "Researcher affiliation"),
)


def card(**given):
    """The text of the card of a page."""
    return Page(written(**given)).one("reproducibility").text


def runs(**stated_last):
    """Training results, of which the last states other things in its proof."""
    results = made.training()
    results[-1].attrs["proof"] = made.proof("results/toy/training/odd-seed0.nc", **stated_last)
    return results


@pytest.fixture(scope="module")
def text(parsed):
    """The text of the card."""
    return parsed.one("reproducibility").text


@pytest.mark.parametrize("variable", VARIABLES)
def test_each_variable_has_an_answer(parsed, variable):
    assert [e for e in parsed.all("dt") if e.text.startswith(variable)]


@pytest.mark.parametrize(
    "fact",
    [
        "Abacus 9",
        "numpy 2.4.6",
        "f" * 64,
        "a" * 64,
        "d" * 64,
        "train: 1,475 images, 143 to 152 of a class; val: 360 images, 36 of each class",
        "digit 7 150 36",
        "learning rate 0.1, times 0.1 every 30 epochs; momentum 0.9, weight decay 0.001; batches of 64; 12 epochs",
        "Seeds: 0, 1 and 2",
        "training.weight_decay 0.001",
        "conditions.promoted.learning_rate 0.05",
        "layer2.0 5 128 × 4 × 4 conv 1×1, 32; conv 3×3, 32, stride 2; conv 1×1, 128",
        "results/toy/training/baseline-seed0.nc " + "e" * 64,
        "ε=1e-6",
    ],
)
def test_the_card_states(text, fact):
    assert fact in text


def test_both_machines_are_named_where_results_disagree():
    said = card(training=runs(hardware={"cpu": "Abacus 10", "gpu": "Loom 3"}))
    assert "Processor: Abacus 10 (1 result) and Abacus 9 (14 results)" in said
    assert "Graphics processor: Loom 3" in said
    assert "made on different machines" in said


def on_machines(*machines):
    """Training results, of which the first ones say on what kind of machine their epochs were computed, in turn."""
    results = made.training()
    for number, each in enumerate(machines):
        epochs = results[number].sizes["epoch"]
        names = [each[0]] * (epochs - 1) + [each[-1]]
        results[number] = results[number].assign(machine=("epoch", names))
    return results


def test_the_machines_of_trainings_are_named_with_the_epochs_that_they_computed():
    said = card(training=on_machines(["Abacus 9"], ["Abacus 10", "Loom 3"]))
    assert "Training: Abacus 9 (2 epochs), Abacus 10 (1 epoch), Loom 3 (1 epoch). Of 1 network" in said
    assert "Of 1 network" not in card(training=on_machines(["Abacus 9"], ["Loom 3"]))
    assert "Training: " not in card()


def test_both_versions_are_named_where_results_disagree():
    assert "numpy 2.4.5 (1 result) and 2.4.6 (14 results)" in card(training=runs(versions={"numpy": "2.4.5"}))


def test_code_in_which_results_disagree_is_named():
    assert "Results disagree in format.py" in card(training=runs(code={"format.py": "0" * 64}))


def test_what_measures_alone_were_made_with_is_on_the_card():
    own = {"code": {"stages/cka.py": "9" * 64}, "hardware": {"gpu": "Loom 3"}, "versions": {"torch_cka": "0.21"}}
    said = card(cka=[made.measure("cka", **own)])
    assert all(fact in said for fact in ("stages/cka.py " + "9" * 64, "Graphics processor: Loom 3", "torch_cka 0.21"))


def test_measures_are_counted_and_compared_with_the_other_results():
    said = card(
        ablation=[made.measure("ablation", code={"format.py": "0" * 64})], selectivity=[made.measure("selectivity")]
    )
    assert "17 results lie before this page" in said
    assert "Results disagree in format.py" in said


def test_results_without_a_proof_leave_the_answers_open():
    bare = [each.drop_attrs() for each in (made.images(), made.network(), made.claims())]
    said = card(images=bare[0], network=bare[1], claims=bare[2], training=[r.drop_attrs() for r in made.training()])
    assert "No result states on what it was computed." in said


def test_of_very_many_classes_the_first_are_listed():
    assert "The first 200 of 1000 classes." in card(images=made.images(classes=1000))


@pytest.mark.parametrize(("kind", "said"), [("cka", "kernel alignment"), ("ablation", "set more and more channels")])
def test_a_measure_is_described_where_there_is_a_result_of_it(kind, said, text):
    assert said in card(**{kind: [made.measure(kind)]})
    assert said not in card(**{kind: []})
    assert said not in text


def test_what_proofs_state_is_counted_by_value():
    proofs = [{"hardware": {"cpu": "a"}}, {"hardware": {"cpu": "b"}}, {"hardware": {"cpu": "a"}}, {}]
    assert count_stated(proofs, "hardware") == {"cpu": {"a": 2, "b": 1}}


def test_one_digest_stands_for_all_of_them():
    assert digest_of({"a": {"1": 3}}) == digest_of({"a": {"1": 7}})
    assert digest_of({"a": {"1": 3}}) != digest_of({"a": {"2": 3}})


def test_settings_are_laid_out_as_paths():
    assert leaves({"a": {"b": [1, 2], "c": "x"}}) == [("a.b", "[1, 2]"), ("a.c", "x")]


def test_a_section_that_only_results_state_comes_last():
    given, proof = made.SimpleNamespace(study="s", seeds=(0,)), {"seeds": [0], "zeta": {"a": 1}, "conditions.b": {}}
    assert sections(given, [{"text": json.dumps({"settings": proof})}, {}])[1:] == [
        ("seeds", [("seeds", "[0]")]),
        ("zeta", [("zeta.a", "1")]),
    ]
