"""The desk of deliveries: list, upload, proposal and result, the same for department and office.

`place` names the blueprint, "office" or "department".
"""

from collections.abc import Mapping
from io import BufferedIOBase
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.deliveries import queries, service
from xinyidai.deliveries.models import Delivery, DeliverySource
from xinyidai.deliveries.rules import EXAMINED_AT_ONCE as AT_ONCE
from xinyidai.deliveries.rules import LARGEST_UPLOAD, MIB
from xinyidai.deliveries.service import Claim, Readable
from xinyidai.deliveries.values import STATE_NAMES, DeliveryState
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.office import delivery_view as view
from xinyidai.web.office.base import asked, attempted, done, options, pager_of, typed

S = DeliveryState
UPLOAD = "deliver"
TABS: Mapping[str, tuple[str, frozenset[S] | None]] = {
    "all": ("全部", None),
    "waiting": ("待确认映射", frozenset({S.AWAITING_MAPPING})),
    "running": ("处理中", frozenset({S.RECEIVED, S.QUEUED, S.COLLECTING})),
    "rejected": ("有退回", frozenset({S.PARTLY_REJECTED, S.REFUSED, S.FAILED})),
    "collected": ("已归集", frozenset({S.COLLECTED})),
}


def admit_uploads(blueprint: Blueprint) -> None:
    """Let the one form that carries a file be larger than any other request of the site.

    It must be known before CSRF protection reads the form, which comes before the view.
    """
    endpoint = f"{blueprint.name}.{UPLOAD}"

    def widen(name: str | None, _: dict[str, Any] | None) -> None:
        if name == endpoint and request.method == "POST":
            request.max_content_length = LARGEST_UPLOAD + MIB

    blueprint.url_value_preprocessor(widen)


def list_page(place: str) -> ResponseReturnValue:
    """Show deliveries, newest first."""
    tab, page = asked("state") or "all", page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    find = service.list_own if place == "department" else service.list_of_city
    rows, total = find(g.actor, page, TABS[tab][1])
    department = g.actor.party_id if place == "department" else None
    counts = queries.count_by_state(department)
    return render_template(
        "deliveries/list.html",
        place=place,
        rows=[view.delivery_row(row) for row in rows],
        labels=STATE_NAMES,
        tabs=[
            {
                "label": label,
                "href": url_for(f"{place}.deliveries", state=code),
                "current": code == tab,
                "count": sum(n for state, n in counts.items() if states is None or state in states),
            }
            for code, (label, states) in TABS.items()
        ],
        can_deliver=g.actor.role in {Role.DEPARTMENT, Role.CREDIT_OFFICE},
        pager=pager_of(page, total),
    )


def upload_form(place: str) -> ResponseReturnValue:
    """Ask for a file."""
    return _upload_page(place, {})


def upload(place: str) -> ResponseReturnValue:
    """Take a file in, look at it if it is small, and go on to its page."""
    delivery: Delivery | None = None
    with attempted("file") as attempt:
        with own_transaction():
            source = _source(place)
            delivery = service.upload(g.actor, source, _stream(), _claim())
            delivery_id, size = delivery.id, delivery.size
        if size <= AT_ONCE:
            with own_transaction():
                service.examine(delivery_id)
    if attempt.errors or delivery is None:
        return _upload_page(place, attempt.errors), attempt.status
    return done("文件已收到。", f"{place}.delivery", delivery_id=delivery_id)


def page(place: str, delivery_id: UUID) -> ResponseReturnValue:
    """Show one delivery: its proposal, its progress or its result."""
    return _page(place, delivery_id, {})


def act(place: str, delivery_id: UUID) -> ResponseReturnValue:
    """Confirm the mapping, have the file looked at as another kind, or take it back."""
    match typed("action"):
        case "confirm":
            return _confirm(place, delivery_id)
        case "again":
            with attempted("kind") as attempt, own_transaction():
                service.propose_as(g.actor, delivery_id, typed("kind"))
            words = "已按您选的类别重新识别，请核对各列。"
        case "cancel":
            with attempted("kind") as attempt, own_transaction():
                service.cancel(g.actor, delivery_id)
            words = "已撤回，没有归集任何内容。"
        case _:
            raise InvalidInput("没有这项操作，请返回上一页重试。")
    if attempt.errors:
        return _page(place, delivery_id, attempt.errors), attempt.status
    return done(words, f"{place}.delivery", delivery_id=delivery_id)


def rejections(delivery_id: UUID) -> ResponseReturnValue:
    """Hand out every rejected row as CSV."""
    found = service.all_rejections(g.actor, delivery_id)
    answer = Response(view.rejection_file(found), mimetype="text/csv; charset=utf-8")
    name = f"rejected-{delivery_id.hex[-12:]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _confirm(place: str, delivery_id: UUID) -> ResponseReturnValue:
    row = service.read_delivery(g.actor, delivery_id)
    proposal = row.delivery.proposal or {"columns": []}
    with attempted("columns") as attempt:
        choice = view.typed_choice(proposal)
        if view.unasked_options(proposal, choice):
            raise InvalidInput(
                "有目录以外的选项，请在下面选择它们各是什么；留空的，这些行会退回。",
                fields={"options": "请选择目录以外的选项各是什么；留空的，这些行会退回。"},
            )
        with own_transaction():
            service.confirm(g.actor, delivery_id, choice)
    if not attempt.errors:
        words = "映射已确认并保存，正在归集。同样表头的下一份文件会直接归集。"
        return done(words, f"{place}.delivery", delivery_id=delivery_id)
    return _page(place, delivery_id, attempt.errors), attempt.status


def _page(place: str, delivery_id: UUID, errors: Mapping[str, str]) -> str:
    row = service.read_delivery(g.actor, delivery_id)
    delivery, shown = row.delivery, page_args(50)
    rejected, total = service.rejections_of(g.actor, delivery, shown)
    is_waiting = delivery.state is S.AWAITING_MAPPING
    return render_template(
        "deliveries/delivery.html",
        place=place,
        row=view.delivery_row(row),
        delivery=delivery,
        labels=STATE_NAMES,
        facts=view.delivery_facts(row),
        counts=view.delivery_counts(delivery, place) if delivery.rows_total is not None else [],
        is_running=view.is_running(delivery),
        form=_proposal_form(row.delivery, errors) if is_waiting else None,
        can_act=service.may_deliver(g.actor, row.source),
        rejected=[view.rejection_row(each) for each in rejected],
        pager=pager_of(shown, total),
        errors=errors,
    )


def _proposal_form(delivery: Delivery, errors: Mapping[str, str]) -> Mapping[str, Any]:
    office = institutions.get_department(delivery.department_id)
    kinds = service.kinds_for(g.actor, office)
    proposal = delivery.proposal or {}
    is_again = bool(errors) and typed("action") == "confirm" and typed("kind") in kinds
    choice = view.typed_choice(proposal) if is_again else None
    return view.proposal_form(proposal, kinds, choice)


def _upload_page(place: str, errors: Mapping[str, str]) -> str:
    replaced = _replaced(asked("replaces") or typed("replaces"))
    chosen = typed("kind") or (replaced.kind if replaced and replaced.kind else "")
    return render_template(
        "deliveries/new.html",
        place=place,
        kinds=options(_kinds(place)),
        kind=chosen,
        offices=_offices() if place == "office" else [],
        office=typed("department"),
        replaced=replaced,
        most=LARGEST_UPLOAD // MIB,
        errors=errors,
    )


def _kinds(place: str) -> Mapping[str, str]:
    if place == "office":
        return service.kinds_for(g.actor, None)
    department_id = service.require_department(g.actor)
    return service.kinds_for(g.actor, institutions.get_department(department_id))


def _offices() -> list[dict[str, str]]:
    return options({office.code: office.name for office in institutions.list_departments()})


def _source(place: str) -> DeliverySource:
    if place == "department":
        return service.ensure_source(service.require_department(g.actor))
    office = institutions.find_department_by_code(typed("department"))
    if office is None:
        raise InvalidInput("请选择部门。", fields={"department": "请选择是哪个部门的数据。"})
    return service.ensure_source(office.id)


def _stream() -> Readable:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput("请选择要报送的文件。", fields={"file": "请选择要报送的文件。"})
    return cast("BufferedIOBase", file.stream)


def _claim() -> Claim:
    replaced = _replaced(typed("replaces"))
    name = request.files["file"].filename or ""
    return Claim(name, typed("kind") or None, replaced.id if replaced else None)


def _replaced(text: str) -> Delivery | None:
    """Return the delivery that this one corrects; a strange id is no delivery."""
    try:
        delivery_id = UUID(text)
    except ValueError:
        return None
    return service.read_delivery(g.actor, delivery_id).delivery
