"""Looks at credit data, 查看: a POST spends a use; reading the result again spends none."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.missing import MissingCause
from xinyidai.consents import queries as consents
from xinyidai.consents import service as consenting
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import Snapshot
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import NotFound
from xinyidai.profiles.presentation import missing_sentence, value_text
from xinyidai.scoring.service import disclose_credit
from xinyidai.web import wording
from xinyidai.web.bank import queries, showing
from xinyidai.web.bank.base import OFFICER, bank_id, blueprint, see_other
from xinyidai.web.chrome import format_day

FORBIDDEN = 403


@blueprint.post("/consents/<uuid:consent_id>/looks")
@allow(*OFFICER)
def look(consent_id: UUID) -> ResponseReturnValue:
    """Spend one use of the consent and go to what was shown."""
    try:
        with own_transaction():
            # Whose consent it is the door decides: it logs a stranger's try, which stays.
            consent = consents.find(consent_id)
            if consent is None:
                raise NotFound("没有找到这份授权。")
            snapshot = disclose_credit(
                g.actor, consent_id, consent.enterprise_id, purpose=consent.purpose
            )
            snapshot_id = snapshot.id
    except ConsentRefused as refusal:
        # Nothing is left to commit: the refused look was logged on a connection of its own.
        return _refused(refusal)
    return see_other("read_look", snapshot_id=snapshot_id)


@blueprint.get("/looks/<uuid:snapshot_id>")
@allow(*OFFICER)
def read_look(snapshot_id: UUID) -> ResponseReturnValue:
    """Show what a look showed, as long as its consent lets it be read again."""
    try:
        snapshot = credit_records.read_snapshot(g.actor, snapshot_id)
    except ConsentRefused as refusal:
        return _refused(refusal)
    consent = consenting.get_consent(g.actor, snapshot.consent_id)
    sections = _sections(snapshot)
    shown = [entry for section in sections for entry in section["rows"]]
    return render_template(
        "bank/look.html",
        snapshot=snapshot,
        as_of=format_day(date.fromisoformat(snapshot.content["as_of"])),
        firm=enterprises.find_enterprise(snapshot.enterprise_id),
        consent=consent,
        purpose=showing.purpose_name(consent.purpose),
        uses=showing.uses_words(consent),
        score=_score(snapshot.content["score"]),
        sections=sections,
        known=sum(entry["value"] is not None for entry in shown),
        total=len(shown),
        applications=queries.applications_on(bank_id(), consent.id),
    )


def _refused(refusal: ConsentRefused) -> ResponseReturnValue:
    sentences = [REFUSAL_SENTENCES[reason] for reason in refusal.reasons]
    return render_template("bank/look_refused.html", sentences=sentences), FORBIDDEN


def _score(score: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return grade, reasons and gaps of the stored score as the grade panel takes them."""
    if score is None:
        return None
    return {
        "grade": score["grade"],
        "points": score["points"],
        "probability": score["default_probability"],
        "model": f"模型 {score['model_code']} 第 {score['model_version']} 版",
        "is_demo": score["is_demo"],
        "reasons": [
            {"text": _sentences(reason["text"], reason["suggestion"]), "direction": "down"}
            for reason in score["reasons"]
        ],
        "lacking": [
            {"title": gap["label"], "how": gap["suggestion"]} for gap in score["missing"]["lacking"]
        ],
    }


def _sentences(*parts: str) -> str:
    """Return the parts as sentences, each with one full stop."""
    return "".join(f"{part.rstrip('。')}。" for part in parts if part)


def _sections(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the stored indicators by dimension; a result-only look has none."""
    stored = snapshot.content.get("indicators", {})
    dictionary = indicator_dictionary()
    found = []
    for code, name in dictionary.sections.items():
        entries = [e for e in dictionary.indicators.values() if e.section == code]
        rows = [_row(entry, stored[entry.code]) for entry in entries if entry.code in stored]
        if rows:
            found.append({"name": name, "rows": rows, "known": _known(rows)})
    return found


def _known(rows: list[dict[str, Any]]) -> int:
    return sum(row["value"] is not None for row in rows)


def _row(entry: Indicator, stored: Mapping[str, Any]) -> dict[str, Any]:
    source_on = date.fromisoformat(stored["source_on"]) if stored["source_on"] else None
    cause = MissingCause(stored["missing"]) if stored["missing"] else None
    return {
        "name": entry.name,
        "definition": entry.definition,
        "value": None if cause else value_text(entry, stored["value"]),
        "cause": wording.MISSING_CAUSES[cause] if cause else "",
        "why": missing_sentence(cause, source_on) if cause else "",
        "on": format_day(source_on),
        "records": _records(entry, stored),
        "source": "、".join(dict.fromkeys(KINDS[kind].department.name for kind in entry.kinds)),
    }


def _records(entry: Indicator, stored: Mapping[str, Any]) -> str:
    if entry.firm_field and stored["records"] == 0 and stored["missing"] is None:
        return "登记资料"
    return f"{stored['records']} 条"
