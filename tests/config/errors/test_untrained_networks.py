"""A set of untrained networks that could not be measured is refused, and what it lacks is named."""

import re

import pytest
from config.errors.corrupted_study import edited

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
