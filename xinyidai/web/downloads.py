"""Files of firms on their way out, 附件下载: to be saved, never shown inline."""

from flask import Response
from flask.typing import ResponseReturnValue

from xinyidai.kernel.uploads import Upload


def download(upload: Upload, name: str) -> ResponseReturnValue:
    """Send a firm's file to be saved; browsers neither show nor guess it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{upload.type.value}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(upload.content, content_type=upload.type.media_type, headers=headers)
