"""A financing need put together for the firm's pages: cards, places, the form."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from xinyidai.applications import queries as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.values import OPEN_STATES as OPEN_APPLICATIONS
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.queries.places import OfferRow
from xinyidai.financing_needs.values import (
    FINANCING_NEED_STATE_NAMES,
    MOST_BANKS,
    NEED_PURPOSE_NAMES,
    OFFER_END_NAMES,
    OPEN_OFFERS,
    OPEN_STATES,
    SAME_AMOUNT,
    FinancingNeedState,
    NeedFacts,
    NeedPurpose,
    OfferEnd,
    OfferState,
)
from xinyidai.kernel.db import db
from xinyidai.kernel.money import format_wan
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.values import GuaranteeKind, ProductVersionState, Wish
from xinyidai.web import need_words
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.enterprise.base import read_number, read_wan, typed_wan
from xinyidai.web.wording import OUTCOMES

Row = dict[str, Any]
Found = Mapping[UUID, ProductMatchRow]
C = TypeVar("C", bound=StrEnum)
P = OfferState
PERCENT = 100
FINEST = Decimal("0.0001")
MOST_PRODUCTS = 5
FIELDS = (
    "amount",
    "term_months",
    "purpose",
    "purpose_text",
    "guarantee",
    "rate_max",
    "wanted_by",
    "preferences",
    "most_banks",
    "contact_name",
    "contact_phone",
)
# The same states as the firm reads them of its own need.
STATE_LABELS: Mapping[FinancingNeedState, str] = {
    **FINANCING_NEED_STATE_NAMES,
    FinancingNeedState.DISPATCHED: "已派给银行",
    FinancingNeedState.CLAIMED: "银行已接单",
    FinancingNeedState.CONTACTED: "银行已联系",
}
WAITING = {
    P.DISPATCHED: "平台已派给这家银行，等它接单",
    P.CLAIMED: "等您决定是否授权",
    P.AUTHORIZED: "等银行联系您",
    P.CONTACTED: "银行已联系",
    P.CONVERTED: "已向这家银行申请",
}
# Why a place ended, as the firm reads it of its own need.
ENDS: Mapping[OfferEnd, str] = {
    **OFFER_END_NAMES,
    OfferEnd.FIRM_REFUSED: "您已谢绝",
    OfferEnd.FIRM_SILENT: "您没有按时答复，名额已让给其他银行",
    OfferEnd.NOT_CONTACTED: "银行没有按时联系您，名额已收回",
    OfferEnd.NOT_TAKEN: "银行没有按时接单",
    OfferEnd.NEED_WITHDRAWN: "您撤回了需求",
    OfferEnd.NEED_CONVERTED: "您已向另一家银行申请",
}
SHOWN_AFTER_CLAIM = frozenset({P.CLAIMED, P.AUTHORIZED, P.CONTACTED, P.CONVERTED})


@dataclass(frozen=True)
class Typed:
    """What came in of the form, read, with the faults of reading."""

    facts: NeedFacts
    faults: dict[str, str]


def read_facts(answers: Mapping[str, str]) -> Typed:
    """Read what was typed; limits and contents are the service's to check."""
    faults: dict[str, str] = {}
    wish = Wish(
        read_wan(answers["amount"], "amount", faults),
        read_number(answers["term_months"], "term_months", faults, words="请填写月数，例如 12。"),
        _choice(GuaranteeKind, answers, "guarantee", faults),
    )
    facts = NeedFacts(
        wish,
        answers["purpose_text"],
        answers["preferences"],
        purpose=_choice(NeedPurpose, answers, "purpose", faults) or NeedPurpose.OTHER,
        rate_max=_rate(answers["rate_max"], faults),
        wanted_by=_day(answers["wanted_by"], faults),
        most_banks=read_number(
            answers["most_banks"], "most_banks", faults, words="请选择同时对接几家银行。"
        ),
        contact_name=answers["contact_name"],
        contact_phone=answers["contact_phone"],
    )
    if not answers["purpose"]:
        faults["purpose"] = "请选择用途。"
    if not answers["contact_phone"]:
        faults["contact_phone"] = "请填写联系电话；只有您授权的银行能看到。"
    return Typed(facts, faults)


def typed_answers(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the form's fields as text."""
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    return typed | {"contact_phone": normalize("NFKC", typed["contact_phone"])}


def answers_of(need: FinancingNeed) -> dict[str, str]:
    """Return a need as the form shows it."""
    rate = need.rate_max
    shown = "" if rate is None else f"{rate * PERCENT:.4f}".rstrip("0").rstrip(".")
    return {
        "amount": typed_wan(need.amount_fen),
        "term_months": str(need.term_months),
        "purpose": need.purpose.value,
        "purpose_text": need.purpose_text,
        "guarantee": need.guarantee.value if need.guarantee else "",
        "rate_max": shown,
        "wanted_by": need.wanted_by.isoformat() if need.wanted_by else "",
        "preferences": need.preferences,
        "most_banks": str(min(need.most_banks, MOST_BANKS)),
        "contact_name": need.contact_name,
        "contact_phone": need.contact_phone,
    }


def purposes() -> list[Row]:
    """Return the purposes as options."""
    return [{"value": code.value, "label": name} for code, name in NEED_PURPOSE_NAMES.items()]


def bank_numbers() -> list[Row]:
    """Return how many banks a firm may wish for, as options."""
    return [{"value": str(n), "label": f"最多 {n} 家"} for n in range(MOST_BANKS, 0, -1)]


def card_of(need: FinancingNeed) -> Row:
    """Return a need for a list: what, how far, which banks hold it."""
    held = [row for row in place_queries.offer_rows_of(need.id) if row.offer.state in OPEN_OFFERS]
    return {
        "need": need,
        "amount": format_wan(need.amount_fen),
        "purpose": NEED_PURPOSE_NAMES[need.purpose],
        "until": format_day(need.expires_on),
        "banks": [row.institution.short_name for row in held],
        "waiting": sum(_waits_for_firm(row) for row in held),
        "is_open": need.state in OPEN_STATES,
        "may_withdraw": need.state in OPEN_STATES or need.state is FinancingNeedState.DRAFT,
    }


def place_rows(need: FinancingNeed, run: MatchRun | None = None) -> list[Row]:
    """Return the places of the banks, those that are held first.

    With a match of the firm each bank's products stand in its order, with what came out.
    """
    found = {row.product_version_id: row for row in run.matches} if run else {}
    rows = [_place(row, need, found) for row in place_queries.offer_rows_of(need.id)]
    return sorted(rows, key=lambda row: not row["is_open"])


def _waits_for_firm(row: OfferRow) -> bool:
    return row.offer.state is P.CLAIMED and row.offer.consent_id is None


def _place(row: OfferRow, need: FinancingNeed, found: Found) -> Row:
    offer = row.offer
    is_open = offer.state in OPEN_OFFERS
    half = offer.state is P.CLAIMED and offer.consent_id is not None
    shows_officer = offer.state in SHOWN_AFTER_CLAIM
    ended = ENDS[offer.end_reason] if offer.end_reason else ""
    knows = offer.state in {P.AUTHORIZED, P.CONTACTED, P.CONVERTED}
    return {
        "id": offer.institution_id,
        "name": row.institution.name,
        "state": offer.state.value,
        "is_open": is_open,
        "words": "授权已签 1/2，等待另一位" if half else WAITING.get(offer.state, ended),
        "officer": (offer.officer_name or "") if shows_officer else "",
        "phone": (row.officer_phone or row.institution.phone or "") if shows_officer else "",
        "promised": format_day(offer.contact_until) if offer.state is P.AUTHORIZED else "",
        "contacted": format_moment(offer.contacted_at) if offer.contacted_at else "",
        "left": need_words.days_left(offer.due_on) if is_open else None,
        "asks_contact": offer.state in {P.AUTHORIZED, P.CONTACTED} and offer.firm_confirms is None,
        "denied": offer.firm_confirms is False,
        "may_refuse": is_open and offer.state is not P.DISPATCHED,
        "waits": _waits_for_firm(row),
        "consent_id": offer.consent_id if is_open else None,
        "reasons": need_words.given_reasons(offer),
        "products": _products(offer.institution_id, need, found) if knows and is_open else [],
    }


def _products(institution_id: UUID, need: FinancingNeed, found: Found) -> list[Row]:
    """Return the bank's products on sale, each with the way to apply for this need.

    Those that a match put first come first; what it did not judge stands last, by name.
    """
    statement = (
        select(ProductVersion.id, ProductVersion.product_id, ProductVersion.name)
        .join(LoanProduct, LoanProduct.id == ProductVersion.product_id)
        .where(
            LoanProduct.institution_id == institution_id,
            ProductVersion.state == ProductVersionState.LISTED,
        )
        .order_by(ProductVersion.name)
    )
    rows = sorted(
        db.session.execute(statement),
        key=lambda row: found[row.id].rank if row.id in found else math.inf,
    )
    return [
        {
            "name": row.name,
            "href": f"/enterprise/applications/new?product={row.product_id}&need={need.id}",
            "outcome": OUTCOMES[found[row.id].outcome] if row.id in found else "",
        }
        for row in rows[:MOST_PRODUCTS]
    ]


def application_alike(enterprise_id: UUID, facts: NeedFacts) -> LoanApplication | None:
    """Return an open application of the firm for about the same amount, or None."""
    wanted = facts.wish.amount_fen or 0
    for row in applications.list_of_enterprise(enterprise_id):
        asked = row.application.amount_applied_fen
        is_open = row.application.state in OPEN_APPLICATIONS
        if is_open and abs(asked - wanted) <= max(asked, wanted) * SAME_AMOUNT:
            return row.application
    return None


def _choice(
    kind: type[C], answers: Mapping[str, str], name: str, faults: dict[str, str]
) -> C | None:
    if not answers[name]:
        return None
    try:
        return kind(answers[name])
    except ValueError:
        faults[name] = "请从列表里选择。"
        return None


def _rate(text: str, faults: dict[str, str]) -> Decimal | None:
    cleaned = normalize("NFKC", text).rstrip("%").strip()
    if not cleaned:
        return None
    try:
        number = Decimal(cleaned)
        exact = number.is_finite() and number == number.quantize(FINEST)
    except InvalidOperation:
        exact = False
    if not exact:
        faults["rate_max"] = "请填写百分数，例如 4.5；没有要求请留空。"
        return None
    return number / PERCENT


def _day(text: str, faults: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults["wanted_by"] = "请填写日期，例如 2026-05-01。"
        return None
