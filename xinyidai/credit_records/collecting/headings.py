"""Headings as departments write them, made comparable by the catalogue's own rule."""

import re

from xinyidai.catalogue.kinds import clean_heading

__all__ = ["clean_heading", "is_unnamed"]

UNNAMED = re.compile(r"^(unnamed\d*)?$")


def is_unnamed(cleaned: str) -> bool:
    """Tell whether a cleaned heading is empty or one that a spreadsheet tool invented."""
    return bool(UNNAMED.match(cleaned))
