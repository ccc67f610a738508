"""The session cookie becomes `g.actor`; mounted by the app before the gate.

The API never takes the cookie, and pages never take a bearer token.
"""

from flask import Flask, Response, current_app, g, request

from xinyidai.accounts import service
from xinyidai.kernel.actor import ANONYMOUS, note_address
from xinyidai.kernel.http import is_machine

COOKIE = "xyd_session"
SECURE_COOKIE = "__Host-xyd_session"


def cookie_name() -> str:
    """Return the cookie's name: with the host prefix where HTTPS is in front."""
    return SECURE_COOKIE if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def mount_session(app: Flask) -> None:
    """Load who acts before every request."""
    app.before_request(_load_actor)


def _load_actor() -> None:
    g.actor = ANONYMOUS
    note_address(request.remote_addr)
    if is_machine() or request.endpoint == "static":
        return
    token = request.cookies.get(cookie_name())
    actor = service.actor_of_session(token) if token else None
    if token and actor:
        g.actor = actor
        g.session_token = token


def set_cookie(response: Response, token: str) -> None:
    """Hand the session's token to the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(service.SESSION_LIFE.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(
        cookie_name(), path="/", secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True
    )
