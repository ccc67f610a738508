"""A form sent after its sender's session had ended is kept until he has signed in again.

What was typed stays in the sender's own browser, signed by the platform, for an hour. It goes on
only for the account that filled the form, only after a click, and never with a password in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, flash, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadData, URLSafeSerializer, want_bytes
from werkzeug.exceptions import HTTPException

from xinyidai.kernel import clock, http
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import DomainError, Unauthenticated

KEPT_FOR = timedelta(hours=1)
LARGEST_BODY = 256 * 1024  # bytes; larger ones are files, which no page can choose again by itself
MOST_FIELDS = 500
WHO = "account_id"
NEVER_KEPT = frozenset({"csrf_token", "password"})
CHINESE = range(0x4E00, 0xA000)


@dataclass(frozen=True)
class KeptForm:
    """What was sent: to which path, with which fields, by which account."""

    path: str
    account_id: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool

    @property
    def words(self) -> list[str]:
        """Return what was typed in words, by which its sender knows the form again."""
        return [text for _, text in self.fields if any(ord(sign) in CHINESE for sign in text)]


def mount_kept_forms(app: Flask) -> None:
    """Keep a form wherever the gate asks its sender to sign in."""
    app.register_error_handler(Unauthenticated, _ask_to_sign_in)


def note_sender(actor: Actor) -> None:
    """Remember in this browser who signed in, so that nobody else goes on with his forms."""
    session[WHO] = str(actor.account_id)


def dump(form: KeptForm) -> str:
    """Return the form as signed text for a hidden field."""
    moment = clock.now().isoformat()
    signed = _signer().dumps([moment, form.path, form.account_id, form.fields, form.had_files])
    return want_bytes(signed).decode()


def load(text: str, actor: Actor) -> KeptForm | None:
    """Return the form that a hidden field carries, or None.

    None for text that the platform did not sign, that is older than an hour, or that another
    account filled in.
    """
    try:
        moment, path, account_id, fields, had_files = _signer().loads(text)
    except BadData:
        return None
    is_old = datetime.fromisoformat(moment) + KEPT_FOR <= clock.now()
    if is_old or account_id != str(actor.account_id):
        return None
    return KeptForm(path, account_id, tuple((name, value) for name, value in fields), had_files)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="kept-form")


def _ask_to_sign_in(error: DomainError) -> ResponseReturnValue:
    form = _form_sent()
    if form is None:
        if request.method == "POST" and session.get(WHO):
            flash("登录已过期，刚才的提交没有生效。请登录后重新填写。")
        return http.answer_error(error)
    shown: dict[str, Any] = {"login": "", "errors": {}, "next": "", "has_demo": False}
    return render_template("auth/sign_in.html", kept=dump(form), **shown), http.status_of(error)


def _form_sent() -> KeptForm | None:
    """Return the form of this request if it came from a page of ours in a browser we know."""
    account_id = session.get(WHO, "")
    is_small = 0 < (request.content_length or 0) <= LARGEST_BODY
    if http.is_machine() or request.method != "POST" or not account_id or not is_small:
        return None
    try:
        validate_csrf(request.form.get("csrf_token"))
        had_files = any(file.filename for file in request.files.values())
    except (ValueError, HTTPException):  # no token of this browser, or a body of too many parts
        return None
    fields = [(n, v) for n, v in request.form.items(multi=True) if n not in NEVER_KEPT]
    if len(fields) > MOST_FIELDS:
        return None
    return KeptForm(request.full_path.rstrip("?"), account_id, tuple(fields), had_files)
