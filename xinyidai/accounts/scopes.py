"""The door for programs: what a token may do, and operations that are described as they are kept.

`ApiBlueprint` is the library's blueprint with types, with strict requests, and with problem
documents (RFC 9457) as the described answer to everything that goes wrong.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from flask import g
from flask_smorest import Blueprint
from marshmallow import Schema

from xinyidai.accounts.schemas import PageIn, PageOut, Rate, StrictParser, in_chinese
from xinyidai.accounts.values import Scope
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page

__all__ = [
    "ApiBlueprint",
    "PageIn",
    "PageOut",
    "Rate",
    "Scope",
    "as_list",
    "page_of",
    "require_scope",
]

SECURITY = "client_credentials"
PROBLEM_TYPE = "application/problem+json"
REFUSALS = {
    400: "正文不是正确的 JSON",
    401: "没有令牌，或令牌无效、已过期",
    403: "令牌或机构没有这项权限",
    404: "不存在，或不属于本机构",
    409: "当前状态不允许这样办理",
    413: "正文太大",
    415: "正文不是 application/json",
    422: "内容有误,fields 逐项说明",
}
OF_A_BODY = (400, 413, 415, 422)
OF_A_TOKEN = (401, 403)

F = TypeVar("F", bound=Callable[..., Any])


def require_scope(scope: Scope) -> None:
    """Raise `Forbidden` unless the request's token carries the scope."""
    if scope not in g.get("scopes", frozenset()):
        raise Forbidden(
            f"令牌没有 {scope} 权限，请在申请令牌时写明这个 scope。",
            code="insufficient_scope",
            details={"scope": scope.value},
        )


def page_of(wanted: Mapping[str, Any]) -> Page:
    """Return the page that a loaded `PageIn` asks for."""
    return Page(wanted["page"], wanted["size"])


def as_list(items: Any, page: Page, total: int) -> dict[str, Any]:
    """Return what a `PageOut` shows."""
    return {"items": items, "page": page.number, "size": page.size, "total": total}


class ApiBlueprint(Blueprint):  # type: ignore[misc] # the library has no types
    """One slice's part of the API; `title` is its Chinese heading in the description."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, slice_name: str, import_name: str, *, title: str) -> None:
        """Place the slice's operations under `/api/v1`."""
        super().__init__(f"api_{slice_name}", import_name, url_prefix="/api/v1", description=title)

    def get(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view that reads."""
        decorator: Callable[[F], F] = super().get(rule, **options)
        return decorator

    def post(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view that changes something."""
        decorator: Callable[[F], F] = super().post(rule, **options)
        return decorator

    def operation(
        self,
        summary: str,
        *,
        detail: str = "",
        scope: Scope | None = None,
        refuses: tuple[int, ...] = (),
    ) -> Callable[[F], F]:
        """Describe a view in Chinese, and let nobody in whose token lacks the scope.

        `refuses` adds statuses to those that follow from the token and the body.
        """
        security = [{SECURITY: [scope.value]}] if scope else []
        described = self.doc(summary=summary, description=detail or summary, security=security)
        statuses = (*(OF_A_TOKEN if scope else ()), *refuses)

        def decorator(view: F) -> F:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                if scope:
                    require_scope(scope)
                return view(*args, **kwargs)

            found: F = described(self._refusing(statuses)(guarded))
            return found

        return decorator

    def arguments(
        self, schema: type[Schema], *, location: str = "json", example: Any = None
    ) -> Callable[[F], F]:
        """Read the body, or the query string, strictly."""
        is_body = location == "json"
        read = super().arguments(in_chinese(schema()), location=location, example=example)

        def decorator(view: F) -> F:
            found: F = self._refusing(OF_A_BODY if is_body else (422,))(read(view))
            return found

        return decorator

    def response(
        self, status: int, schema: type[Schema], *, example: Any = None
    ) -> Callable[[F], F]:
        """Answer with what the schema lists, and nothing else."""
        text = "已建立" if status == HTTPStatus.CREATED else "成功"
        decorator: Callable[[F], F] = super().response(
            status, schema, description=text, example=example
        )
        return decorator

    def _refusing(self, statuses: tuple[int, ...]) -> Callable[[F], F]:
        def decorator(view: F) -> F:
            for status in statuses:
                view = self.alt_response(status, response=HTTPStatus(status).name)(view)
            return view

        return decorator

    def _prepare_response_doc(
        self, doc: dict[str, Any], doc_info: dict[str, Any], *, api: Any, **rest: Any
    ) -> dict[str, Any]:
        """Describe every refusal as a problem document instead of the library's own shape."""
        prepared: dict[str, Any] = super()._prepare_response_doc(doc, doc_info, api=api, **rest)
        answers: dict[Any, Any] = prepared["responses"]
        for status, answer in answers.items():
            if isinstance(answer, str):
                answers[status] = {
                    "description": REFUSALS.get(status, "其他错误，见问题文档"),
                    "content": {PROBLEM_TYPE: {"schema": api.ERROR_SCHEMA}},
                }
        return prepared
