"""A value of a wrong kind is refused with its line, what was found and what is allowed."""

from config.errors.corrupted_study import cases, edited, message


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
