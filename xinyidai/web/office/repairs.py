"""Applications for credit repair, 信用修复: queue, check, hand-over, result, and the counter."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.repairs import queries, service
from xinyidai.repairs.models import Repair
from xinyidai.repairs.values import ACTION_NAMES, CLASS_NAMES, STATE_NAMES, Repairable, RepairClaim
from xinyidai.repairs.values import RepairAction as A
from xinyidai.repairs.values import RepairState as S
from xinyidai.web import rights_words
from xinyidai.web.chrome import format_day
from xinyidai.web.office import counter
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    asked,
    attempted,
    blueprint,
    done,
    pager_of,
    typed,
)
from xinyidai.web.record_words import Seen, in_one_line, record_row, version_rows

Step = Callable[[Actor, UUID, str], Repair]
NEW = "submitted"
TABS: Mapping[str, tuple[str, frozenset[S]]] = {
    NEW: ("待审核", frozenset({S.SUBMITTED})),
    "checked": ("待转办", frozenset({S.CHECKED})),
    "handed_over": ("信用中国办理中", frozenset({S.HANDED_OVER})),
    "returned": ("退回补正", frozenset({S.RETURNED})),
    "ended": ("已办结", frozenset({S.REPAIRED, S.REFUSED, S.WITHDRAWN})),
}
STEPS: Mapping[A, Step] = {
    A.CHECK: service.check_repair,
    A.RETURN: service.return_repair,
    A.RESUBMIT: service.resubmit_repair,
    A.HAND_OVER: service.hand_over_repair,
    A.REPAIR: service.complete_repair,
    A.REFUSE: service.refuse_repair,
    A.WITHDRAW: service.withdraw_repair,
}
RECEIPT, WORDS = "receipt_no", "reason"


@blueprint.get("/repairs")
@allow(*OVERSIGHT)
def repairs() -> ResponseReturnValue:
    """Show the queue, the longest waiting first."""
    tab, page = asked("state") or NEW, page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    rows, total = service.list_of_city(g.actor, page, TABS[tab][1])
    return render_template(
        "office/repairs.html",
        rows=[rights_words.repair_row(row) for row in rows],
        tabs=[
            {
                "label": label,
                "href": url_for("office.repairs", state=code),
                "current": code == tab,
            }
            for code, (label, _) in TABS.items()
        ],
        labels=STATE_NAMES,
        can_open=g.actor.role in OFFICE,
        pager=pager_of(page, total),
    )


@blueprint.get("/repairs/<uuid:repair_id>")
@allow(*OVERSIGHT)
def repair(repair_id: UUID) -> ResponseReturnValue:
    """Show one application with what the actor may do next."""
    return _page(repair_id, {}, None)


@blueprint.post("/repairs/<uuid:repair_id>")
@allow(*OFFICE)
def repair_step(repair_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    action = next((action for action in STEPS if action.value == typed("action")), None)
    if action is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    field = RECEIPT if action is A.HAND_OVER else WORDS
    with attempted(field) as attempt, own_transaction():
        STEPS[action](g.actor, repair_id, typed(field))
    if not attempt.errors:
        return done(f"已办理：{ACTION_NAMES[action]}。", "office.repair", repair_id=repair_id)
    errors = {WORDS if name == "duty_note" else name: t for name, t in attempt.errors.items()}
    return _page(repair_id, errors, None), attempt.status


@blueprint.post("/repairs/<uuid:repair_id>/record")
@allow(*OFFICE)
def repair_record(repair_id: UUID) -> ResponseReturnValue:
    """Show the record that is to be repaired; the look is logged."""
    with own_transaction():
        fact = service.show_record(g.actor, repair_id)
        versions = service.show_versions(g.actor, repair_id)
    return _page(repair_id, {}, Seen(fact, versions))


@blueprint.get("/repairs/counter")
@allow(*OFFICE)
def repair_counter() -> ResponseReturnValue:
    """Ask whose person stands at the counter."""
    return _counter([], {})


@blueprint.post("/repairs/counter")
@allow(*OFFICE)
def repair_at_counter() -> ResponseReturnValue:
    """Show what the firm may have repaired; with a record chosen, open the application."""
    found: list[Repairable] = []
    repair_id: UUID | None = None
    with attempted("record") as attempt:
        firm, identity = counter.firm_typed(), typed("identity")
        with own_transaction():
            found = list(service.show_at_counter(g.actor, firm.id, identity))
        if typed("record"):
            record_id = counter.number(typed("record"))
            with own_transaction():
                repair_id = service.apply_at_counter(
                    g.actor, firm.id, record_id, _claim(), identity=identity
                ).id
    if repair_id is not None and not attempt.errors:
        words = "已代企业申请修复，请继续审核。"
        return done(words, "office.repair", repair_id=repair_id)
    page = _counter(found, attempt.errors, has_looked=not attempt.errors or bool(found))
    return page, attempt.status if attempt.errors else 200


def _claim() -> RepairClaim:
    return RepairClaim(
        duty_note=typed("duty_note"),
        signed_name=typed("signed_name"),
        has_signed=bool(typed("commitment")),
    )


def _counter(
    found: list[Repairable], errors: Mapping[str, str], *, has_looked: bool = False
) -> str:
    names = ("uscc", "identity", "record", "duty_note", "signed_name", "commitment")
    return render_template(
        "office/repair_counter.html",
        records=[
            {
                "value": str(one.fact.id),
                "label": f"{one.kind.name}（{CLASS_NAMES[one.grade]}，"
                f"{format_day(one.earliest_on)} 起）：{in_one_line(one.fact)}",
            }
            for one in found
            if not one.is_open
        ],
        has_looked=has_looked,
        texts=REPAIRS,
        typed={name: typed(name) for name in names},
        errors=errors,
    )


def _page(repair_id: UUID, errors: Mapping[str, str], seen: Seen | None) -> str:
    row = service.read_repair(g.actor, repair_id)
    actions = service.actions_of(g.actor, row.repair)
    steps = queries.steps_of(repair_id)
    return render_template(
        "office/repair.html",
        row=rights_words.repair_row(row),
        facts=rights_words.repair_facts(row),
        events=rights_words.repair_events(steps),
        labels=STATE_NAMES,
        can_look=bool(actions),
        has_looked=seen is not None,
        record=record_row(seen.fact) if seen and seen.fact else None,
        versions=version_rows(seen.versions) if seen else [],
        can_hand_over=A.HAND_OVER in actions,
        buttons=[
            {
                "value": action.value,
                "label": ACTION_NAMES[action],
                "kind": "warning" if action in {A.REFUSE, A.WITHDRAW} else "secondary",
                "confirm": "修复完成后记录立即停止使用，不能撤回。确定？"
                if action is A.REPAIR
                else "",
            }
            for action in A
            if action in actions and action is not A.HAND_OVER
        ],
        texts=REPAIRS,
        typed={name: typed(name) for name in (RECEIPT, WORDS)},
        errors=errors,
    )
