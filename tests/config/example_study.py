"""A small study as text, as values and as it is read, and the files of all ready-made studies."""

from pathlib import Path

from vestige.config import loading

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [ROOT / "params.yaml", *sorted(ROOT.glob("studies/*.yaml")), *sorted(ROOT.glob("tests/studies/*.yaml"))]
TEXT = """
study: small-one
device: cpu
threads: 1
seeds: [3, 1]
images: {source: digits, val_fraction: 0.2, split_seed: 0}
network: {family: bottleneck_resnet, blocks: [1, 1, 1, 1], width: 4}
training:
  epochs: 6
  batch_size: 64
  learning_rate: 1
  learning_rate_step: 30
  learning_rate_gamma: 0.1
  momentum: 0.9
  weight_decay: 1e-4
  class_reduction: mean
  epsilon: 1e-6
conditions:
  plain: {alpha: 0, start: 2}
  early: {alpha: -20, modules: [6, 4], start: 0, stop: 4}
  late: {alpha: 10, modules: [5], start: 3, epochs: 5, shift: 1}
selectivity: {batch_size: 512, epsilon: 1e-6}
ablation:
  epochs: all
  modules: [4]
  grid: {steps: [15, 40]}
  random: {protocol: redrawn_per_batch, repeats: 1}
  ranked_on: same_images
  batch_size: 512
cka: {epochs: [0, 2], batch_size: 64, order: class_sorted, estimator: torch-cka}
applies: {ablation: [late, plain], cka: [], association: [], norms: [], cluster_ablation: []}
between: {plain_late: {first: plain, second: late}}
untrained: {}
figures:
  network: {}
  training: {}
  selectivity:
    emergence: {palette: colorblind, panel: [2, 2], dpi: 80, silent_units: zero}
  ablation: {}
  cka: {}
  between: {}
  association: {}
  clustering: {}
  agreement: {}
  norms: {}
  cluster_classes: {}
  cluster_ablation: {}
"""


def values(text: str = TEXT) -> dict:
    """The plain values of a study's text."""
    return loading.parse_yaml(text, Path("params.yaml"))


def study_of(old: str = "", new: str = ""):
    """The study above, with a part of its text replaced."""
    assert old in TEXT
    return loading.validate_study(values(TEXT.replace(old, new)))


STUDY = study_of()
