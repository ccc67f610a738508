"""The secret that drawers and shifts of counts are drawn with."""

from hashlib import blake2b

from xinyidai.kernel.signing import current_settings


def count_secret() -> bytes:
    """Return a key of its own, made from the application's secret."""
    return blake2b(current_settings().secret_key.encode(), person=b"lead-counts").digest()
