"""Figures of the paper: a row each in paper.yaml, and one file for each kind of plot."""
