"""Reference data and the invented city, written through services."""
