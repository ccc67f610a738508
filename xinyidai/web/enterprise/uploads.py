"""Files that come in through pages of the firm.

A body is read as a file only where a route is listed here; all others keep the small limit. The
limit is set before anything reads the body, and after the address is known.
"""

from typing import Any

from flask import request

from xinyidai.kernel.uploads import MIB
from xinyidai.web.enterprise.base import blueprint

UPLOADS = frozenset({"enterprise.declaration_attach", "enterprise.commitment_attach"})
# Larger than a file may be, so that a photo of today's phones gets a sentence and no bare 413.
LARGEST_BODY = 24 * MIB


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let a file in where one is expected."""
    if endpoint in UPLOADS:
        request.max_content_length = LARGEST_BODY


def read_file(field: str = "file") -> tuple[str, bytes]:
    """Return name and content of the file sent, both empty when there is none."""
    sent = request.files.get(field)
    return (sent.filename or "", sent.read()) if sent else ("", b"")
