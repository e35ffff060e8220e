"""The optimizers, a file each: how it begins (`begin`), and one step along the gradients (`step`)."""
