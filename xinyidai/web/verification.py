"""Public checks, 公开核验: is an authorization genuine and in force; how the log can be checked.

Who checks an authorization needs its number and the code on its receipt; the answer names no
party. A wrong code and an unknown number look the same.
"""

import hmac
from collections.abc import Mapping
from importlib.resources import files

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from xinyidai.catalogue import purposes
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import artefact
from xinyidai.consents.values import ConsentState
from xinyidai.kernel import clock, rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.ledger import queries as ledger_queries
from xinyidai.ledger import service as ledger
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.note_check import LEDGER_KEY, CheckedNote, check_note

NOT_FOUND = 404
TRIES_PER_MINUTE = 20
CODE_LENGTH = 16
LONGEST_NUMBER = 32
NO_CODE = "0" * CODE_LENGTH
KEY_NAMES = {LEDGER_KEY: "封存台账", "consent": "签署授权、承诺和填报", "report": "签发信用报告"}
STATES: Mapping[ConsentState, str] = {
    ConsentState.ACTIVE: "有效",
    ConsentState.SUSPENDED: "已暂停",
    ConsentState.REVOKED: "已撤回",
    ConsentState.EXPIRED: "已到期",
    ConsentState.USED_UP: "次数已用尽",
    ConsentState.ENDED: "已终止",
}

blueprint = Blueprint("verify", __name__, url_prefix="/verify")


@blueprint.get("")
@allow(Role.PUBLIC)
def form() -> ResponseReturnValue:
    """Ask number and code of an authorization; once typed, go to its page."""
    number, code = _cleaned("no").upper(), _cleaned("code").lower()
    if number and code:
        return redirect(url_for(".consent", consent_no=number[:LONGEST_NUMBER], code=code))
    return render_template("public/verify.html", number=number, code=code)


@blueprint.get("/consents/<consent_no>")
@allow(Role.PUBLIC)
def consent(consent_no: str) -> ResponseReturnValue:
    """Say number, state, purpose, period and whether the signature is good; nothing else."""
    rate.count(f"verify:{request.remote_addr}", limit=TRIES_PER_MINUTE, seconds=60)
    found = _find(consent_no.strip().upper(), _cleaned("code").lower())
    if found is None:
        return render_template("public/verify_unknown.html"), NOT_FOUND
    state = consents.state_of(found)
    return render_template(
        "public/verify_consent.html",
        state=STATES[state],
        is_valid=state is ConsentState.ACTIVE,
        is_whole=artefact.is_whole(found),
        checked_at=format_moment(clock.now()),
        facts=[
            {"label": "授权编号", "value": found.consent_no},
            {"label": "用途", "value": purposes.get_purpose(found.purpose).name},
            {
                "label": "有效期",
                "value": f"{format_day(found.valid_from)} 至 {format_day(found.valid_until)}",
            },
        ],
    )


@blueprint.get("/ledger")
@allow(Role.PUBLIC)
def ledger_page() -> ResponseReturnValue:
    """Explain the evidence log, with its newest checkpoint, keys, witnesses and downloads."""
    note = _newest_note()
    checked = check_note(note) if note else None
    newest = ledger_queries.newest_checkpoint()
    return render_template(
        "public/verify_ledger.html",
        note=note,
        checked=checked,
        sealed_at=format_moment(newest.sealed_at) if newest else "",
        signed_by=_witness_words(checked),
        keys=[
            {"id": key.key_id, "use": KEY_NAMES[key.name], "verifier": key.verifier}
            for key in ledger_queries.all_keys()
        ],
        witnesses=[
            {"name": each.name, "verifier": each.verifier, "active": each.retired_at is None}
            for each in ledger_queries.all_witnesses()
        ],
    )


@blueprint.get("/ledger/checkpoint.txt")
@allow(Role.PUBLIC)
def checkpoint() -> ResponseReturnValue:
    """Give the newest checkpoint with every signature, as the signed text it is."""
    return _text(ledger.checkpoint_note(), "checkpoint.txt")


@blueprint.get("/ledger/keys.txt")
@allow(Role.PUBLIC)
def keys() -> ResponseReturnValue:
    """Give the public keys of platform and witnesses."""
    return _text(ledger.public_keys(), "keys.txt")


@blueprint.get("/ledger/check_proof.py")
@allow(Role.PUBLIC)
def check_proof() -> ResponseReturnValue:
    """Give the program that checks one proof file without the platform."""
    source = files("xinyidai.web.standalone").joinpath("check_proof.py")
    return _text(source.read_text(encoding="utf-8"), "check_proof.py")


def _find(number: str, code: str) -> Consent | None:
    """Return the signed consent of this number, if the code is that of its artefact."""
    statement = select(Consent).where(Consent.consent_no == number, Consent.granted_at.is_not(None))
    found = db.session.scalar(statement) if "\x00" not in number else None
    wanted = (found.artefact_hash if found else None) or NO_CODE
    fits = hmac.compare_digest(wanted[:CODE_LENGTH].encode(), code.encode())
    return found if fits and found is not None and found.artefact_hash is not None else None


def _newest_note() -> str:
    try:
        return ledger.checkpoint_note()
    except NotFound:
        return ""


def _witness_words(checked: CheckedNote | None) -> str:
    if checked is None or not checked.witnesses:
        return ""
    return "、".join(f"{name}（{format_moment(at)}）" for name, at in checked.witnesses)


def _cleaned(name: str) -> str:
    return "".join(request.args.get(name, "").split())


def _text(content: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type="text/plain; charset=utf-8", headers=headers)
