"""Who looked at my data, 谁看过我的数据: the list with its filters, and the proof of each entry."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.credit_records.service import own_looks
from xinyidai.credit_records.service.own_looks import LookFilter
from xinyidai.credit_records.values import PUBLIC_PURPOSES, QueryKind, QueryOutcome
from xinyidai.joint_checks import service as joint_checks
from xinyidai.joint_results import service as joint_service
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import page_args
from xinyidai.web.enterprise import proof_view
from xinyidai.web.enterprise.base import actor, blueprint, firm_id, read_id
from xinyidai.web.enterprise.joint_results import result_row
from xinyidai.web.enterprise.look_view import look_facts, looks_of
from xinyidai.web.enterprise.queries import institution_names
from xinyidai.web.enterprise.receipts import json_file
from xinyidai.web.wording import QUERY_OUTCOMES

KIND_NAMES = {
    QueryKind.DISCLOSURE: "机构查看",
    QueryKind.PLATFORM: "平台计算",
    QueryKind.OWN: "本企业查看",
    QueryKind.HANDLING: "办理时查看",
    QueryKind.PUBLIC: "公开查询",
    QueryKind.CHECK: "联合奖惩核查",
    QueryKind.EXCHANGE: "节点交换",
}
PUBLIC_DAYS = 30
E = TypeVar("E", bound=StrEnum)
DAYS = {"7": "最近 7 天", "30": "最近 30 天", "90": "最近 90 天", "365": "最近一年"}


@blueprint.get("/queries")
@allow(Role.ENTERPRISE_USER)
def looks_page() -> ResponseReturnValue:
    """Show who looked at the firm's data, and who was refused; the platform's own runs apart."""
    page = page_args()
    wanted = _asked_filter()
    events, total = own_looks.list_own_looks(actor(), firm_id(), wanted, page)
    chosen = {name: request.args.get(name, "") for name in ("bank", "outcome", "days")}
    kept = {name: value for name, value in chosen.items() if value}
    names = institution_names()
    seen = own_looks.institutions_that_looked(actor(), firm_id())
    return render_template(
        "enterprise/looks.html",
        looks=looks_of(events),
        tabs=[
            {
                "label": name,
                "href": f"/enterprise/queries?by={kind}",
                "current": kind is wanted.kind,
            }
            for kind, name in KIND_NAMES.items()
        ],
        kind=wanted.kind,
        public=_public_counts() if wanted.kind is QueryKind.PUBLIC else [],
        chosen=chosen,
        banks=[{"value": str(found), "label": names.get(found, "其他机构")} for found in seen],
        outcomes=[{"value": code.value, "label": name} for code, name in QUERY_OUTCOMES.items()],
        days=[{"value": code, "label": name} for code, name in DAYS.items()],
        page=page.number,
        pages=max(1, -(-total // page.size)),
        total=total,
        page_url=f"?{urlencode({'by': wanted.kind, **kept, 'page': ''})}",
        is_narrowed=bool(kept),
    )


@blueprint.get("/queries/<uuid:event_id>")
@allow(Role.ENTERPRISE_USER)
def look(event_id: UUID) -> ResponseReturnValue:
    """Show one entry and its proof in words, step by step, checked when the page is made."""
    event = own_looks.get_own_look(actor(), event_id)
    return render_template(
        "enterprise/look.html",
        event=event,
        facts=look_facts(event),
        consent=_own_consent(event.consent_id),
        proof=proof_view.check(event.id, event.happened_at),
        check=joint_checks.last_of(firm_id(), event.id) if event.kind is QueryKind.CHECK else None,
        joint=_joint(event.id),
    )


@blueprint.get("/queries/<uuid:event_id>/proof.json")
@allow(Role.ENTERPRISE_USER)
def look_proof(event_id: UUID) -> ResponseReturnValue:
    """Give entry, openings, proof and co-signed checkpoint as a file, to be checked elsewhere."""
    event = own_looks.get_own_look(actor(), event_id)
    document = proof_view.document_of(event.id)
    if document is None:
        raise NotFound("这条记录还在等待封存，约一分钟后再下载。")
    return json_file(document, f"proof-{event.id}.json")


def _public_counts() -> list[dict[str, str]]:
    """Return how often anybody read what is public of the firm; who it was is not kept for it."""
    since = clock.now() - timedelta(days=PUBLIC_DAYS)
    counts = own_looks.public_counts(actor(), firm_id(), since)
    return [
        {"label": PUBLIC_PURPOSES[purpose], "value": f"最近 {PUBLIC_DAYS} 天 {number} 次"}
        for purpose, number in counts.items()
    ]


def _joint(event_id: UUID) -> dict[str, Any] | None:
    """Return what a bank's own model said in this look; None when it was no such look."""
    found = joint_service.result_of_look(actor(), event_id)
    return None if found is None else result_row(found)


def _own_consent(consent_id: UUID | None) -> Consent | None:
    """Return the authorization behind a look; one that is not the firm's was only tried."""
    found = consents.find(consent_id) if consent_id else None
    return found if found is not None and found.enterprise_id == firm_id() else None


def _asked_filter() -> LookFilter:
    days = request.args.get("days", "")
    if days and days not in DAYS:
        raise InvalidInput("没有这个时间范围，请重新选择。", fields={"days": "请从列表里选择"})
    bank = request.args.get("bank", "")
    return LookFilter(
        kind=_chosen(QueryKind, "by") or QueryKind.DISCLOSURE,
        institution_id=read_id(bank) if bank else None,
        outcome=_chosen(QueryOutcome, "outcome"),
        since=clock.now() - timedelta(days=int(days)) if days else None,
    )


def _chosen(states: type[E], name: str) -> E | None:
    code = request.args.get(name, "")
    if not code:
        return None
    try:
        return states(code)
    except ValueError as error:
        raise InvalidInput("没有这个筛选条件，请重新选择。", fields={name: "请选择"}) from error
