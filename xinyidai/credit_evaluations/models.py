"""Evaluations as tables."""
