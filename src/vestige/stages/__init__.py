"""Stages: each makes one labelled Dataset for a run."""
