"""What every page shares: security headers, navigation, formats, flash messages."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError

from xinyidai.institutions.models import Department, Institution
from xinyidai.kernel import clock, money
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.notifications import service as notifications
from xinyidai.web import navigation

STATIC = Path(__file__).parent / "static"


def mount_chrome(app: Flask) -> None:
    """Register headers, template globals and filters."""
    app.after_request(_secure)
    app.context_processor(_globals)
    app.jinja_env.filters.update(
        wan=money.format_wan,
        yuan=money.format_yuan,
        day=format_day,
        moment=format_moment,
        percent=format_percent,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def csp_nonce() -> str:
    """Return this request's nonce; made when first asked for, whichever hook comes first."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'nonce-{csp_nonce()}'; style-src 'self';"
        " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    return response


def _globals() -> dict[str, Any]:
    settings = current_app.extensions["xinyidai.settings"]
    return {
        "csp_nonce": csp_nonce,
        "asset": asset,
        "demo_mode": settings.is_demo,
        "nav_items": navigation.items_for(g.get("actor"), request.path, _unread()),
        "party_name": _party_name(),
        "now": clock.now(),
        "today": clock.today(),
    }


def _unread() -> int | None:
    """Return how many messages wait for the signed-in person's party; None for who has none.

    The page that reports a lost database must come all the same, so trouble here shows no badge.
    """
    actor: Actor | None = g.get("actor")
    if actor is None:
        return None
    try:
        return notifications.unread_count(actor)
    except SQLAlchemyError:
        return None


def _party_name() -> str:
    """Return whom the signed-in person acts for, for the head of office pages."""
    actor: Actor | None = g.get("actor")
    if actor is None or actor.party_id is None:
        return ""
    if actor.role in {Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.AUDITOR}:
        department = db.session.get(Department, actor.party_id)
        return department.name if department else ""
    if actor.role is Role.ENTERPRISE_USER:
        return ""
    institution = db.session.get(Institution, actor.party_id)
    return institution.short_name if institution else ""


def asset(path: str) -> str:
    """Return the URL of a static file with a version, so that browsers may keep it."""
    return url_for("static", filename=path, v=_version(path))


@lru_cache
def _version(path: str) -> str:
    file = STATIC / path
    return sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"


def format_day(value: date | datetime | None) -> str:
    """Show a date as 2026年5月1日; a dash when absent."""
    if value is None:
        return "—"
    day = clock.local(value).date() if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


def format_moment(value: datetime | None) -> str:
    """Show a moment in Asia/Shanghai to the minute; a dash when absent."""
    if value is None:
        return "—"
    local = clock.local(value)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def format_percent(value: Decimal | float | None, places: int = 2) -> str:
    """Show a fraction as a percentage; 数据不足 when absent."""
    return "数据不足" if value is None else f"{float(value) * 100:.{places}f}%"
