"""Results of the tiny study that tests disturb: a training, its checkpoints, and a measure of them."""

TRAINING = "results/tiny/training/suppressed-seed0.nc"
MEASURED = "results/tiny/selectivity/suppressed-seed0.nc"
