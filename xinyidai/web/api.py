"""flask-smorest with problem documents (RFC 9457) instead of its own error shape."""

from typing import Any

from flask_smorest import Api
from marshmallow import Schema, fields


class ProblemSchema(Schema):
    """A problem document; `code` is stable for programs, `detail` is Chinese for people."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True, strict=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String()
    fields_ = fields.Dict(data_key="fields")


class ProblemApi(Api):  # type: ignore[misc] # the library has no types
    """The library's API object without its documentation pages and error handler."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to `kernel.http`, which answers pages and programs alike."""

    def _register_doc_blueprint(self) -> Any:
        """Leave the documents to `web.api_docs`, which declares its roles."""
