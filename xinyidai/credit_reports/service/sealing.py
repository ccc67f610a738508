"""Give a draft its number, cover and signature, and keep it, 签发."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from xinyidai.audit import service as audit
from xinyidai.catalogue import kinds as catalogue
from xinyidai.catalogue.credit_reports import REPORTS, ReportEdition
from xinyidai.catalogue.objections import OBJECTIONS
from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_reports import queries, rules
from xinyidai.credit_reports.models import CreditReport, ReportContent
from xinyidai.credit_reports.values import Draft, ReportOrder
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import signing, uscc
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.ledger import service as ledger

KEY = "report"
REUSED = "这个请求编号已用于另一份报告，请刷新页面后再试。"


@dataclass(frozen=True)
class Head:
    """What stands on the cover before a word is said of any record."""

    id: UUID
    enterprise: Enterprise
    made_at: datetime
    facts_version: int
    consent: Mapping[str, Any] | None = None

    @property
    def number(self) -> str:
        """Return the report's number, 报告编号."""
        return f"BG{self.made_at:%Y%m%d}{self.id.hex[-10:].upper()}"


@dataclass(frozen=True)
class Written:
    """A report as it is going to be signed: cover, order, draft, and the whole content."""

    head: Head
    order: ReportOrder
    draft: Draft
    content: Mapping[str, Any]


def claim(actor: Actor, order: ReportOrder) -> CreditReport | None:
    """Return the report that the same order got before; a second sender waits for the first.

    Raises:
        InvalidInput: the form brought no key.
        Conflict: the key was used for another order.

    """
    if rules.REQUEST_KEY.fullmatch(order.request_key) is None or actor.account_id is None:
        raise InvalidInput("页面已过期，报告没有开具。请返回上一页刷新后重试。")
    lock = func.hashtextextended(f"credit_report:{actor.account_id}:{order.request_key}", 0)
    db.session.execute(select(func.pg_advisory_xact_lock(lock)))
    found = queries.find_by_request(actor.account_id, order.request_key)
    if found is not None and not _is_same(found, order):
        raise Conflict(REUSED, code="request_key_reused")
    return found


def hold_facts(enterprise_id: UUID) -> int:
    """Return the firm's `facts_version`, and keep its records as they are until the end."""
    statement = select(Enterprise.facts_version).where(Enterprise.id == enterprise_id)
    return db.session.execute(statement.with_for_update(read=True)).scalar_one()


def write(head: Head, order: ReportOrder, draft: Draft) -> Written:
    """Put cover and draft together as one plain JSON object: what is hashed and signed."""
    edition = REPORTS.editions[order.edition]
    use = REPORTS.uses[order.use]
    firm = head.enterprise
    cover: dict[str, Any] = {
        "form": rules.FORM,
        "number": head.number,
        "edition": edition.code.value,
        "edition_name": edition.name,
        "template": edition.template,
        "rules": rule_versions(),
        "issuer": signing.current_settings().ledger_origin,
        "firm": {"name": firm.name, "uscc": firm.uscc, "is_invented": _is_invented(firm.uscc)},
        "use": {"code": use.code, "name": use.name},
        "consent": dict(head.consent) if head.consent else None,
        "period": None,
        "made_at": head.made_at.isoformat(timespec="seconds"),
        "expires_on": (head.made_at.date() + timedelta(days=edition.valid_days)).isoformat(),
        "facts_version": head.facts_version,
        "record_count": draft.record_count,
        "notice": edition.notice,
    }
    if order.first is not None and order.last is not None:
        cover["period"] = {"first": order.first.isoformat(), "last": order.last.isoformat()}
    return Written(head, order, draft, cover | draft.content)


def seal(actor: Actor, written: Written, **of: UUID | None) -> CreditReport:
    """Sign the content and write the report's row; `of` names institution, consent, snapshot."""
    head, order, draft = written.head, written.order, written.draft
    text = rules.text_of(written.content)
    signature = ledger.sign(KEY, rules.message_of(text))
    edition = REPORTS.editions[order.edition]
    report = CreditReport(
        id=head.id,
        number=head.number,
        edition=order.edition,
        enterprise_id=head.enterprise.id,
        use=order.use,
        period_first=order.first,
        period_last=order.last,
        departments=sorted(order.departments),
        kinds=sorted(draft.kinds),
        record_count=draft.record_count,
        made_at=head.made_at,
        made_by=actor.account_id,
        request_key=order.request_key or None,
        facts_version=head.facts_version,
        template_version=edition.template,
        rule_versions=rule_versions(),
        content_hash=rules.digest_of(text),
        signature_algorithm=signature.algorithm,
        signature_key_id=signature.key_id,
        signature=base64.b64encode(signature.value).decode(),
        expires_on=head.made_at.date() + timedelta(days=edition.valid_days),
        **of,
    )
    db.session.add(report)
    db.session.flush()
    details = {"edition": report.edition.value, "use": report.use, "number": report.number}
    audit.record(actor, "credit_report:make", "credit_report", report.id, details)
    return report


def keep_content(report: CreditReport, content: Mapping[str, Any]) -> None:
    """Keep behind the door what a firm's own report says."""
    values = {
        "report_id": report.id,
        "enterprise_id": report.enterprise_id,
        "content": dict(content),
        "keep_until": report.expires_on + timedelta(days=REPORTS.keep_days),
    }
    with door.with_door(Aperture(report.enterprise_id)) as connection:
        connection.execute(insert(ReportContent).values(**values))


def rule_versions() -> dict[str, str]:
    """Return the versions of everything that a report follows, 规则版本."""
    return {
        "credit_reports": REPORTS.version,
        "record_kinds": catalogue.VERSION,
        "objections": OBJECTIONS.version,
        "repairs": REPAIRS.version,
    }


def _is_same(report: CreditReport, order: ReportOrder) -> bool:
    return (
        report.edition is ReportEdition(order.edition)
        and report.use == order.use
        and (report.period_first, report.period_last) == (order.first, order.last)
        and report.departments == sorted(order.departments)
    )


def _is_invented(code: str) -> bool:
    is_sound = uscc.find_problem(code) is None
    return is_sound and uscc.UnifiedSocialCreditCode.parse(code).is_invented
