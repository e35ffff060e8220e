"""What a study may not ask of clusters: matrices that its associations do not draw."""

import re

import pytest
from engines import ROOT
from ruamel.yaml import YAML

from vestige.config import loading
from vestige.config.validation import of_clustering

PAGE = (ROOT / "docs" / "clusters.md").read_text()
DRAWING = {"draws": 19, "images": 1000, "directions": 64, "seed": 0}


def study(gram, gram_null):
    """The study of docs/clusters.md with a null that keeps the Gram structure; unchecked."""
    data = YAML(typ="safe").load(re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0])
    data["association"] |= {"gram_null": gram_null} if gram_null else {}
    data["clustering"]["nulls"] |= {"gram": gram} if gram is not None else {}
    return data


@pytest.mark.parametrize(("gram", "gram_null"), [(None, None), (0, None), (None, DRAWING), (0, DRAWING), (19, DRAWING)])
def test_as_many_draws_as_there_are_may_be_searched(gram, gram_null):
    assert not [*of_clustering(loading.validate_study(study(gram, gram_null)))]


@pytest.mark.parametrize(
    ("gram", "gram_null", "says"),
    [
        (19, None, "found 19; association.gram_null is missing: add association.gram_null, which draws them, or"),
        (20, DRAWING, "found 20; association.gram_null.draws is 19; allowed: 0 to 19"),
    ],
)
def test_more_draws_than_there_are_are_refused(gram, gram_null, says):
    with pytest.raises(loading.StudyRefused, match=rf"clustering\.nulls\.gram: {re.escape(says)}"):
        loading.validate_study(study(gram, gram_null))


@pytest.mark.parametrize("entropy", [[0.1, 1.0], [0.5, 0.5]])
def test_a_search_whose_moves_do_not_become_less_random_is_refused(entropy):
    data = study(None, None)
    data["clustering"]["entropy"] = entropy
    with pytest.raises(loading.StudyRefused, match=r"clustering\.entropy: found \[.*\]; allowed: a number, or two"):
        loading.validate_study(data)


@pytest.mark.parametrize("entropy", [0.15, 1, [1, 0.1]])
def test_one_entropy_or_two_falling_ones_may_be_asked_for(entropy):
    data = study(None, None)
    data["clustering"]["entropy"] = entropy
    loading.validate_study(data)
