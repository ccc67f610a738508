"""Text as a Chinese input method gives it: full-width digits and marks, 全角, become half-width."""

import unicodedata


def half_width(text: str) -> str:
    """Return the text without blanks around it and with full-width forms in half width, 半角."""
    return unicodedata.normalize("NFKC", text).strip()
