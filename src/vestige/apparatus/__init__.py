"""The apparatus of an experiment: images, networks, checkpoints."""
