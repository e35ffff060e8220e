"""Metrics: pure functions of arrays, each tested against a closed form."""
