"""What a look would meet and bring, said before it is spent, 查看前须知.

Nothing here reads a firm's records: only the consent, the catalogue, and when each kind of
record was last collected for the whole city.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import g

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents import queries as consent_queries
from xinyidai.consents import rules
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import artefact
from xinyidai.consents.values import REFUSAL_SENTENCES, LookWish, RefusalReason
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.db import new_id
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import bank_id
from xinyidai.web.chrome import format_day

R = RefusalReason
ASK_AGAIN = "仍需查看的，请向企业重新申请授权。"
ADVICE: Mapping[RefusalReason, str] = {
    R.NO_CONSENT: ASK_AGAIN,
    R.NOT_GRANTED: "请等企业在“我的授权”里确认；急用的，可以电话提醒企业。",
    R.DECLINED: "和企业沟通后可以重新申请。",
    R.SUSPENDED: "请联系企业，由企业在“我的授权”里恢复。",
    R.REVOKED: ASK_AGAIN,
    R.EXPIRED: ASK_AGAIN,
    R.USED_UP: ASK_AGAIN,
    R.ENDED: ASK_AGAIN,
    R.NOT_YET_VALID: "请到生效日以后再查看。",
    R.OTHER_INSTITUTION: ASK_AGAIN,
    R.OTHER_ENTERPRISE: ASK_AGAIN,
    R.OTHER_PURPOSE: "请按现在的用途向企业申请授权。",
    R.ITEM_NOT_COVERED: "请向企业申请包含这些信息的授权。",
    R.MODE_NOT_COVERED: "可以查看评价结果；要看原始信息，请向企业重新申请授权。",
    R.INSTITUTION_SUSPENDED: "请本机构管理员联系信用办。",
    R.ENTERPRISE_INACTIVE: "请核实企业的登记状态。",
    R.ROLE_NOT_ALLOWED: "请由本机构的客户经理查看。",
    R.OTHER_OFFICER: "请由指定的经办人员查看，或以您的名义重新申请授权。",
    R.OFFICER_LEFT: "请由接手的人员向企业重新申请授权。",
    R.REPRESENTATIVE_CHANGED: "请企业的新法定代表人在“我的授权”里确认。",
    R.TOO_OFTEN: "请等到下一个周期。",
    R.PURPOSE_WITHDRAWN: "请向信用办了解这个用途什么时候恢复。",
    R.ARTEFACT_BROKEN: "请不要再用这份授权，并联系信用办。",
}


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way of a look, and what to do about it."""

    sentence: str
    advice: str


@dataclass(frozen=True)
class Ahead:
    """What an officer should know before spending a use; `key` goes with the form's button."""

    obstacles: Sequence[Obstacle]
    label: str
    limits: Sequence[str]
    covered: Sequence[dict[str, Any]]
    uncovered: str
    lacking: Sequence[str]
    key: str

    @property
    def is_clear(self) -> bool:
        """Tell whether a look would be allowed at this moment."""
        return not self.obstacles

    @property
    def lacking_names(self) -> str:
        """Return the names of the items that the product needs and the consent has not."""
        return showing.item_names(self.lacking)


def look_ahead(consent: Consent, required: Sequence[str] = ()) -> Ahead:
    """Return what the signed-in person's next look under this consent would meet and bring.

    `required` are the items that the product applied for needs.
    """
    given = set(consent.item_codes)
    return Ahead(
        obstacles=obstacles_of(consent),
        label=showing.look_label(consent),
        limits=limits_of(consent),
        covered=_covered(consent),
        uncovered=showing.item_names([code for code in ITEMS if code not in given]),
        lacking=[code for code in required if code not in given],
        key=new_id().hex,
    )


def obstacles_of(consent: Consent) -> list[Obstacle]:
    """Return every reason that a look would be refused for now; decides and logs nothing."""
    reasons = consents.foresee_refusals(consent, _wish(consent))
    return _named(reasons, consent, is_whole=artefact.is_whole(consent))


def obstacles_of_many(rows: Sequence[Consent]) -> dict[UUID, list[Obstacle]]:
    """Return the obstacles of many consents, with as many queries as for one."""
    standing, moment = consent_queries.standing(rows), clock.now()
    whole = artefact.whole_among(rows)
    found = {}
    for consent in rows:
        facts = consent.facts(standing[consent.id])
        reasons = rules.covers(facts, _wish(consent), moment)
        found[consent.id] = _named(reasons, consent, is_whole=consent.id in whole)
    return found


def _wish(consent: Consent) -> LookWish:
    """Return a look at everything the consent names, by the person signed in."""
    return LookWish(
        institution_id=bank_id(),
        account_id=g.actor.account_id,
        purpose=consent.purpose,
        items=consent.item_codes,
    )


def _named(reasons: list[RefusalReason], consent: Consent, *, is_whole: bool) -> list[Obstacle]:
    if consent.granted_at is not None and not is_whole:
        reasons.append(R.ARTEFACT_BROKEN)
    return [Obstacle(REFUSAL_SENTENCES[reason], _advice(reason, consent)) for reason in reasons]


def limits_of(consent: Consent) -> list[str]:
    """Return in words how often may still be looked: in all, this month, today."""
    facts, today = consent.facts(), clock.today()
    words = [showing.uses_words(consent)]
    if consent.max_per_month is not None:
        left = max(0, consent.max_per_month - facts.used_in_month_of(today))
        words.append(f"本月还可 {left} 次（每月最多 {consent.max_per_month} 次）")
    if consent.max_per_day is not None:
        left = max(0, consent.max_per_day - facts.used_on(today))
        words.append(f"今天还可 {left} 次（每天最多 {consent.max_per_day} 次）")
    return words


def _advice(reason: RefusalReason, consent: Consent) -> str:
    if reason is R.TOO_OFTEN:
        return f"{format_day(_next_chance(consent))}起可以再查看。"
    return ADVICE[reason]


def _next_chance(consent: Consent) -> date:
    """Return the first day of the next period: tomorrow, or the first of next month."""
    today = clock.today()
    month_is_full = (
        consent.max_per_month is not None
        and consent.facts().used_in_month_of(today) >= consent.max_per_month
    )
    if not month_is_full:
        return date.fromordinal(today.toordinal() + 1)
    year, month = divmod(today.year * 12 + today.month, 12)
    return date(year, month + 1, 1)


def _covered(consent: Consent) -> list[dict[str, Any]]:
    """Return each item covered with the day on which the city last collected anything of it."""
    collected = credit_records.collected_kinds()
    return [_fresh(code, collected) for code in consent.item_codes if code in ITEMS]


def _fresh(code: str, collected: Mapping[str, datetime]) -> dict[str, Any]:
    item = ITEMS[code]
    days = [collected[kind] for kind in item.kinds if kind in collected]
    never = len(item.kinds) - len(days)
    if not days:
        return {"label": item.name, "value": None, "note": "平台还没有归集过这一项"}
    note = f"{len(item.kinds)} 类信息中 {never} 类还没有归集过" if never else ""
    return {"label": item.name, "value": f"最近归集 {format_day(max(days))}", "note": note}
