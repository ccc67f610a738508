"""信用承诺 as tables."""
