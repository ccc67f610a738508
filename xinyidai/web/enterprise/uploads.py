"""Room for the files that a firm sends: a body is large only where a file is expected.

The limit is set before anything reads the body, and after the address is known.
"""

from typing import Any

from flask import request

from xinyidai.web.enterprise.base import blueprint
from xinyidai.web.uploads import LARGEST_BODY

UPLOADS = frozenset({"enterprise.declaration_attach", "enterprise.commitment_attach"})


@blueprint.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let a file in where one is expected."""
    if endpoint in UPLOADS:
        request.max_content_length = LARGEST_BODY
