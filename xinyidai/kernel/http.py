"""HTTP at the edge: domain errors become problem documents or pages; paging; health.

RFC 9457 for everything under `/api/` and `/oauth/`; a page in plain Chinese elsewhere.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    json,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from xinyidai.kernel import errors
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.settings import Settings, package_path

log = logging.getLogger(__name__)

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
FURTHEST_PAGE = 100_000
WORKER_SILENCE_SECONDS = 60

STATUSES: Mapping[type[errors.DomainError], HTTPStatus] = {
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.RuleBroken: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLES: Mapping[int, str] = {
    400: "请求有误",
    401: "需要登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这样访问",
    409: "状态已变化",
    413: "内容过大",
    415: "格式不支持",
    422: "内容需要修改",
    429: "操作太频繁",
    500: "系统出错",
    503: "暂时不可用",
}

blueprint = Blueprint("health", __name__)


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for; `number` counts from 1."""

    number: int = 1
    size: int = DEFAULT_PAGE

    @property
    def offset(self) -> int:
        """Return how many rows come before."""
        return (self.number - 1) * self.size


def public_url() -> str:
    """Return the address under which the public reaches the platform, without a slash at the end.

    What is printed or encoded in a picture outlives the request, so production names it in
    XINYIDAI_PUBLIC_URL; without it this is the address of the present request.
    """
    settings: Settings = current_app.extensions["xinyidai.settings"]
    return settings.public_url or request.url_root.rstrip("/")


def page_args(size: int = DEFAULT_PAGE) -> Page:
    """Read `page` and `size` of the query string; anything else than small numbers is refused.

    `size` is how many rows this list shows when nothing is asked for.
    """
    number = _small_number("page", 1, FURTHEST_PAGE)
    return Page(number, _small_number("size", size, LARGEST_PAGE))


def _small_number(name: str, default: int, largest: int) -> int:
    raw = request.args.get(name, "")
    if not raw:
        return default
    is_small = raw.isascii() and raw.isdigit() and len(raw) <= len(str(FURTHEST_PAGE))
    if not is_small or not 1 <= int(raw) <= largest:
        raise errors.InvalidInput(
            f"{name} 只能是 1 到 {largest} 的整数。", fields={name: f"请填写 1 到 {largest}"}
        )
    return int(raw)


def status_of(error: errors.DomainError) -> HTTPStatus:
    """Return the status of the narrowest known parent of the error's class."""
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def is_machine() -> bool:
    """Tell whether the caller is a program."""
    return request.path.startswith(("/api/", "/oauth/"))


def problem(
    status: int, detail: str, *, code: str, more: Mapping[str, Any] | None = None
) -> Response:
    """Build a problem document, RFC 9457."""
    body = {
        "type": f"/problems/{code}",
        "title": TITLES.get(status, "请求未完成"),
        "status": int(status),
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id"),
        **(more or {}),
    }
    return Response(
        json.dumps(body, ensure_ascii=False), int(status), content_type="application/problem+json"
    )


def mount_errors(app: Flask) -> None:
    """Register the handlers and the request id."""
    app.before_request(_name_request)
    app.register_error_handler(errors.DomainError, answer_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(SQLAlchemyError, _on_database_error)
    app.register_error_handler(Exception, _on_surprise)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _answer(status: int, detail: str, code: str, more: Mapping[str, Any] | None = None) -> Response:
    if is_machine():
        return problem(status, detail, code=code, more=more)
    page = render_template(
        "errors/error.html",
        status=int(status),
        title=TITLES.get(int(status), "请求未完成"),
        detail=detail,
        fields=(more or {}).get("fields", {}),
        request_id=g.get("request_id"),
    )
    return Response(page, int(status), content_type="text/html; charset=utf-8")


def answer_error(error: errors.DomainError) -> ResponseReturnValue:
    """Answer a refusal: a problem document, the way to the sign-in, or a page that says why."""
    status = status_of(error)
    if isinstance(error, errors.Unauthenticated) and not is_machine():
        target = request.full_path if request.method == "GET" else "/"
        return redirect(url_for("sign_in.form", next=target))
    answer = _answer(status, error.message, error.code, error.details)
    if isinstance(error, errors.TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="xinyidai"'
    return answer


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    details = {
        400: "请求不完整或页面已过期，请返回上一页刷新后重试。",
        404: "这个页面不存在，或者不属于您。请检查网址，或回到首页。",
        405: "这个地址不支持这样访问。",
        413: "上传的内容太大，请拆分后再传。",
        415: "内容的格式不支持，请改用说明中的格式。",
    }
    more: dict[str, Any] = {}
    data = getattr(error, "data", None)
    if isinstance(data, dict) and data.get("messages"):
        more["fields"] = data["messages"]
    detail = details.get(status) or ("内容有误，请按提示修改。" if more else "请求没有完成。")
    answer = _answer(status, detail, f"http_{status}", more)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def on_csrf_error(error: HTTPException) -> ResponseReturnValue:
    """Answer a form whose token is missing or stale."""
    log.info("csrf refused", extra={"reason": error.description})
    return _answer(400, "页面已过期，您的操作没有生效。请返回上一页刷新后重试。", "csrf")


def _on_database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    if isinstance(error, DataError):
        return _answer(422, "内容里有无法保存的字符或超出范围的数值，请修改后重试。", "unstorable")
    if isinstance(error, IntegrityError):
        log.warning("integrity error reached the edge", exc_info=error)
        return _answer(409, "数据刚刚被别人改动，请刷新后重试。", "conflict")
    if isinstance(error, OperationalError):
        log.error("database trouble", exc_info=error)
        return _answer(503, "系统繁忙，您的操作没有生效，请稍后重试。", "unavailable")
    return _on_surprise(error)


def _on_surprise(error: Exception) -> ResponseReturnValue:
    log.error("unexpected error", exc_info=error)
    return _answer(500, "系统出错了，您的操作没有生效。请稍后重试，或联系平台客服。", "internal")


@blueprint.get("/healthz")
@allow(Role.PUBLIC)
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@allow(Role.PUBLIC)
def readyz() -> ResponseReturnValue:
    """Say whether database, migrations and worker are in order; 503 when one is not."""
    checks = readiness()
    ready = all(value == "ok" for value in checks.values())
    return {"status": "ok" if ready else "not_ready", "checks": checks}, 200 if ready else 503


def readiness() -> dict[str, str]:
    """Return what each part says: "ok", or what is wrong with it."""
    try:
        revision = db.session.execute(text("select version_num from alembic_version")).scalar()
        beats = db.session.execute(
            text(
                "select count(*) from procrastinate_workers"
                " where last_heartbeat > now() - make_interval(secs => :secs)"
            ),
            {"secs": WORKER_SILENCE_SECONDS},
        ).scalar_one()
    except SQLAlchemyError:
        return {"database": "down", "migrations": "unknown", "worker": "unknown"}
    head = (package_path("migrations") / ".current-alembic-head").read_text("utf-8").strip()
    return {
        "database": "ok",
        "migrations": "ok" if revision == head else f"at {revision}, needs {head}",
        "worker": "ok" if beats else "no heartbeat",
    }
