"""Fronts: what people and engines call."""
