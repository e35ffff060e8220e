"""Numbers, words, anchors and ends of lines in params.yaml are read as a person means them."""

import pytest
from config.example_study import STUDY, TEXT, study_of, values
from pydantic import ValidationError

from vestige.config import loading


@pytest.mark.parametrize(("text", "number"), [("1e-4", 0.0001), ("1E-4", 0.0001), ("0", 0.0), (".5", 0.5), ("+1", 1.0)])
def test_numbers_are_read_as_yaml_1_2_and_a_person_mean_them(text, number):
    read = study_of("weight_decay: 1e-4", f"weight_decay: {text}").training.weight_decay
    assert read == number
    assert isinstance(read, float)


@pytest.mark.parametrize("word", ["off", "on", "no", "yes", "n", "y"])
def test_words_that_older_yaml_reads_as_truth_stay_words(word):
    assert study_of("study: small-one", f"study: {word}").study == word
    assert word in study_of("  early:", f"  {word}:").conditions


def test_anchors_and_merges_may_be_used():
    shared = study_of("[6, 4], start: 0", "&these [6, 4], start: 0").model_copy()
    assert shared == STUDY
    text = TEXT.replace("early: {", "early: &early {").replace(
        "  late: {", "  later: {<<: *early, start: 1}\n  late: {"
    )
    later = loading.validate_study(values(text)).conditions["later"]
    assert (later.alpha, later.modules, later.start, later.stop) == (-20, (6, 4), 1, 4)


def test_windows_line_ends_and_byte_order_marks_change_nothing(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.lstrip().replace("\n", "\r\n").encode())
    assert loading.read(path) == STUDY


def test_nothing_changes_after_reading():
    with pytest.raises(ValidationError, match="frozen"):
        STUDY.training.epochs = 7
    with pytest.raises(ValidationError, match="frozen"):
        STUDY.conditions["early"].alpha = 7
