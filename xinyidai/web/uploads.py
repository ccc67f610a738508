"""Files that come in through pages, and go out again: never shown inline."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.uploads import MIB, Upload

# Larger than a file may be, so that a photo of today's phones gets a sentence and no bare 413.
LARGEST_BODY = 24 * MIB


def read_file(field: str = "file") -> tuple[str, bytes]:
    """Return name and content of the file sent, both empty when there is none."""
    sent = request.files.get(field)
    return (sent.filename or "", sent.read()) if sent else ("", b"")


def download(upload: Upload, name: str) -> ResponseReturnValue:
    """Send a firm's file to be saved; browsers neither show nor guess it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{upload.type.value}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(upload.content, content_type=upload.type.media_type, headers=headers)
