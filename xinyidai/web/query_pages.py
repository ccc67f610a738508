"""Looks at credit data, 查看: a POST spends a use; reading the result again spends none."""

import re
from datetime import date
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents import queries as consents
from xinyidai.consents import service as consenting
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureSubject
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.objections import service as objections
from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.web import look_parts
from xinyidai.web.bank import look_view, showing
from xinyidai.web.bank import queries as bank
from xinyidai.web.bank.base import RECIPIENT, SEE_OTHER, bank_id
from xinyidai.web.chrome import format_day

FORBIDDEN = 403
UNSTATED = "unstated"  # the purpose of a look under a consent that does not exist
KEY = re.compile(r"[0-9a-f]{32}")

blueprint = Blueprint("queries", __name__)


@blueprint.post("/queries")
@allow(*RECIPIENT)
def make_query() -> ResponseReturnValue:
    """Spend one use of the consent and go to what was shown; a form sent twice spends one."""
    order = _order()
    try:
        with own_transaction():
            snapshot_id = look(g.actor, order).id
    except ConsentRefused as refusal:
        # Nothing is left to commit: the refused look was logged on a connection of its own.
        return refused(refusal)
    return redirect(url_for("queries.read_query", snapshot_id=snapshot_id), SEE_OTHER)


@blueprint.get("/queries/<uuid:snapshot_id>")
@allow(*RECIPIENT)
def read_query(snapshot_id: UUID) -> ResponseReturnValue:
    """Show what a look showed, as long as its consent lets it be read again."""
    try:
        snapshot = credit_records.read_snapshot(g.actor, snapshot_id)
    except ConsentRefused as refusal:
        return refused(refusal)
    if snapshot.subject is DisclosureSubject.REPORT:
        return redirect(url_for("bank.report_of_look", snapshot_id=snapshot_id))
    if snapshot.subject is DisclosureSubject.JOINT_RESULT:
        return redirect(url_for("bank.joint_result", snapshot_id=snapshot_id))
    consent = consenting.get_consent(g.actor, snapshot.consent_id)
    marked = objections.reading_marks(snapshot)
    sections = look_view.sections_of(snapshot, marked["kinds"])
    shown = [entry for section in sections for entry in section["rows"]]
    return render_template(
        "bank/look.html",
        snapshot=snapshot,
        as_of=format_day(date.fromisoformat(snapshot.content["as_of"])),
        firm=enterprises.find_enterprise(snapshot.enterprise_id),
        consent=consent,
        purpose=showing.purpose_name(consent.purpose),
        uses=showing.uses_words(consent),
        score=look_view.score_of(snapshot.content["score"]),
        evaluation=look_view.evaluation_of(snapshot.content.get("evaluation")),
        sections=sections,
        marked=look_view.marked_words(marked),
        parts=look_parts.parts_of(snapshot, consent, "queries.read_query"),
        known=sum(entry["value"] is not None for entry in shown),
        total=len(shown),
        applications=bank.applications_on(bank_id(), consent.id),
    )


def _order() -> LookOrder:
    """Read the form; whose consent it is the door decides: it logs a stranger's try, which stays.

    A consent that does not exist is asked for all the same, so that this try is logged too.
    """
    consent_id, key = _consent_id(), request.form.get("key", "")
    if KEY.fullmatch(key) is None:
        raise InvalidInput("页面已过期，您的操作没有生效。请返回上一页刷新后重试。")
    consent = consents.find(consent_id)
    if consent is None:
        return LookOrder(consent_id, None, UNSTATED, request_key=key)
    return LookOrder(consent_id, consent.enterprise_id, consent.purpose, request_key=key)


def _consent_id() -> UUID:
    try:
        return UUID(request.form.get("consent_id", ""))
    except ValueError as error:
        raise InvalidInput("没有写明是哪一份授权，请从授权或申请的页面进入。") from error


def refused(refusal: ConsentRefused) -> ResponseReturnValue:
    """Show why a look, or reading it again, is refused."""
    sentences = [REFUSAL_SENTENCES[reason] for reason in refusal.reasons]
    return render_template("bank/look_refused.html", sentences=sentences), FORBIDDEN
