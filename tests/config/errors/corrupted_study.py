"""A sound study whose text is corrupted, and the messages with which it is then refused."""

import pytest

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
