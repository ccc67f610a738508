"""The desk at which objections are checked and answered: the same page for office and source.

`place` names the blueprint, "office" or "department". The record is shown by a POST only, because
each sight of it is a look that the firm finds in its list.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.credit_records.service import cases
from xinyidai.credit_records.values import Fact
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.objections import queries, service
from xinyidai.objections.models import Objection
from xinyidai.objections.service import Answer
from xinyidai.objections.values import ACTION_NAMES, REMEDY_NAMES, STATE_NAMES, Remedy
from xinyidai.objections.values import ObjectionAction as A
from xinyidai.web import rights_words
from xinyidai.web.office.base import Row, attempted, done, typed
from xinyidai.web.office.counter import MOST_DIGITS
from xinyidai.web.record_words import Seen, record_row, version_rows

FIELD = "field_"
Step = Callable[[Actor, UUID, str], Objection]
STEPS: Mapping[A, Step] = {
    A.ACCEPT: service.accept_objection,
    A.DISMISS: service.dismiss_objection,
    A.ASK: service.ask_firm,
    A.RESUME: service.resume_objection,
    A.REJECT: service.reject_objection,
    A.SUPPLY: service.supply_objection,
    A.WITHDRAW: service.withdraw_objection,
}
# Where a fault of the words typed is shown: each step has a form of its own on the page.
WORDS: Mapping[A, str] = {
    A.ACCEPT: "opinion",
    A.DISMISS: "opinion",
    A.ASK: "question",
    A.RESUME: "question",
    A.SUPPLY: "question",
    A.WITHDRAW: "question",
    A.REJECT: "basis",
    A.UPHOLD: "basis",
}


def page(place: str, objection_id: UUID) -> str:
    """Return the page of one objection with what the actor may do next."""
    return _page(place, objection_id, {}, None)


def show_record(place: str, objection_id: UUID) -> ResponseReturnValue:
    """Show the page with the record as it stands; the look is logged."""
    with own_transaction():
        fact = service.show_record(g.actor, objection_id)
        versions = service.show_versions(g.actor, objection_id)
    return _page(place, objection_id, {}, Seen(fact, versions))


def take_step(place: str, objection_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed, or show the page again with what is wrong."""
    action = _action(typed("action"))
    field = WORDS[action]
    with attempted(field) as attempt, own_transaction():
        if action is A.UPHOLD:
            service.uphold_objection(g.actor, objection_id, _answer())
        else:
            STEPS[action](g.actor, objection_id, typed(field))
    if not attempt.errors:
        words = f"已办理：{ACTION_NAMES[action]}。"
        return done(words, f"{place}.objection", objection_id=objection_id)
    known = {"reason", "words"}
    errors = {field if name in known else name: text for name, text in attempt.errors.items()}
    return _page(place, objection_id, _shown(errors), None), attempt.status


def _action(code: str) -> A:
    found = next((action for action in WORDS if action.value == code), None)
    if found is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    return found


def _answer() -> Answer:
    try:
        remedy = Remedy(typed("remedy"))
    except ValueError as error:
        raise InvalidInput("请选择处理方式。", fields={"remedy": "请选择处理方式。"}) from error
    texts = {
        name.removeprefix(FIELD): text
        for name, text in request.form.items()
        if name.startswith(FIELD)
    }
    seen = typed("seen")
    is_number = seen.isascii() and seen.isdigit() and len(seen) <= MOST_DIGITS
    return Answer(
        remedy=remedy,
        basis=typed("basis"),
        seen=int(seen) if is_number else None,
        texts=texts,
    )


def _shown(errors: Mapping[str, str]) -> dict[str, str]:
    """Return the errors by the names of the fields on the page: those of a record have a prefix."""
    own = {*WORDS.values(), "remedy"}
    return {name if name in own else f"{FIELD}{name}": text for name, text in errors.items()}


def _page(
    place: str,
    objection_id: UUID,
    errors: Mapping[str, str],
    seen: Seen | None,
) -> str:
    fact = seen.fact if seen else None
    row = service.read_objection(g.actor, objection_id)
    steps, objection = queries.steps_of(objection_id), row.objection
    is_record = objection.subject is ObjectionSubject.RECORD
    actions = {action.value for action in service.actions_of(g.actor, objection)}
    sent = {name: text for name, text in request.form.items() if name.startswith(FIELD)}
    return render_template(
        "rights/objection.html",
        row=rights_words.objection_row(row),
        facts=rights_words.objection_facts(row),
        events=rights_words.objection_events(steps),
        labels=STATE_NAMES,
        actions=actions,
        can_look=is_record and "reject" in actions,
        # A record is answered for by who has seen it as it stands.
        can_answer="reject" in actions and (not is_record or seen is not None or bool(errors)),
        has_looked=seen is not None,
        record=record_row(fact) if fact else None,
        versions=version_rows(seen.versions) if seen else [],
        seen=fact.id if fact else typed("seen"),
        fields=_fields(objection, fact, sent),
        remedies=_remedies(is_record=is_record, can_correct=bool(fact or sent)),
        typed={name: typed(name) for name in (*WORDS.values(), "remedy")},
        urls={
            "list": url_for(f"{place}.objections"),
            "step": url_for(f"{place}.objection_step", objection_id=objection_id),
            "record": url_for(f"{place}.objection_record", objection_id=objection_id),
        },
        errors=errors,
    )


def _fields(objection: Objection, fact: Fact | None, sent: Mapping[str, str]) -> list[Row]:
    """Return the fields of the record's kind as they stand, or as they were just typed."""
    if fact is None and not sent:
        return []
    form = cases.correction_form(objection.item, fact.content if fact else {})
    return [
        {
            "name": f"{FIELD}{field.code}",
            "label": field.name,
            "value": sent.get(f"{FIELD}{field.code}", text),
            "optional": not field.required,
        }
        for field, text in form
    ]


def _remedies(*, is_record: bool, can_correct: bool) -> list[Row]:
    if not is_record:
        offered = [Remedy.OTHER]
    else:
        offered = [Remedy.CORRECT, Remedy.WITHDRAW] if can_correct else [Remedy.WITHDRAW]
    return [{"value": remedy.value, "label": REMEDY_NAMES[remedy]} for remedy in offered]
