"""Snakemake, DVC and Slurm: all that leans on how they work inside."""
