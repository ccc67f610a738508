"""Outcomes, shadow scores and drift figures as tables."""
