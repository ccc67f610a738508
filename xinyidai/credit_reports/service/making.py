"""Make a report, 开具报告: the firm its own, an institution one under the firm's authorization."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xinyidai.catalogue.credit_reports import REPORTS, ReportEdition
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject
from xinyidai.credit_reports import policies, rules
from xinyidai.credit_reports.models import CreditReport
from xinyidai.credit_reports.service import drafting, looking, sealing
from xinyidai.credit_reports.service.sealing import Head, Written
from xinyidai.credit_reports.values import Draft, ReportOrder
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound

FINANCING = "financing"


def preview(actor: Actor, order: ReportOrder) -> Draft:
    """Return what a report of the firm's own would say; the look is logged, nothing is kept.

    Raises:
        Forbidden: the actor acts for no firm.
        InvalidInput: use, period or departments, each with its sentence.

    """
    firm = _own_firm(actor)
    _require_sound(order)
    return _draft(actor, firm, order)


def make_own(actor: Actor, order: ReportOrder) -> CreditReport:
    """Make a report for the actor's own firm; the same order sent again is answered once.

    Raises:
        Forbidden: the actor acts for no firm.
        InvalidInput: use, period, departments or key.
        Conflict: the key was used for another order.

    """
    firm = _own_firm(actor)
    _require_sound(order)
    before = sealing.claim(actor, order)
    if before is not None:
        return before
    version = sealing.hold_facts(firm.id)
    head = Head(new_id(), firm, clock.now(), version)
    draft = _draft(actor, firm, order)
    written = sealing.write(head, order, draft)
    report = sealing.seal(actor, written)
    sealing.keep_content(report, written.content)
    return report


def make_under_consent(actor: Actor, consent_id: UUID, request_key: str) -> CreditReport:
    """Make an authorized edition for an institution: one look under a live consent, one use spent.

    Raises:
        ConsentRefused: with every reason; the refused look is logged for good.
        NotFound: no such consent, or one between other parties; logged as well.
        Conflict: the key was used for another order.

    """
    institution_id = policies.require_recipient(actor)
    order = ReportOrder(ReportEdition.AUTHORIZED, FINANCING, request_key)
    before = sealing.claim(actor, order)
    if before is not None and before.consent_id != consent_id:
        raise Conflict(sealing.REUSED, code="request_key_reused")
    if before is not None:
        return before
    consent = consents.find(consent_id)
    firm = db.session.get(Enterprise, consent.enterprise_id) if consent else None
    writer = _Writer(order, consent, firm)
    snapshot = credit_records.disclose(actor, _request(consent_id, consent), writer.write)
    return sealing.seal(
        actor,
        writer.written(),
        institution_id=institution_id,
        consent_id=consent_id,
        snapshot_id=snapshot.id,
    )


@dataclass
class _Writer:
    """Writes the content inside the look, where alone the records can be read."""

    order: ReportOrder
    consent: Consent | None
    firm: Enterprise | None
    done: list[Written] = field(default_factory=list)

    def write(self, look: Look) -> dict[str, Any]:
        """Return the content as the snapshot keeps it."""
        if self.consent is None or self.firm is None:
            raise NotFound("没有找到这份授权。")
        version = sealing.hold_facts(self.firm.id)
        head = Head(new_id(), self.firm, look.as_of, version, _cover_of(self.consent))
        draft = drafting.of_records(self.firm.id, look.facts(), look.kinds)
        written = sealing.write(head, self.order, draft)
        self.done.append(written)
        return dict(written.content)

    def written(self) -> Written:
        """Return what was written; the look called `write` once."""
        [one] = self.done
        return one


def _request(consent_id: UUID, consent: Consent | None) -> DisclosureRequest:
    """Return the look; one under a consent that does not exist is asked for too, to be logged."""
    return DisclosureRequest(
        consent_id=consent_id,
        enterprise_id=consent.enterprise_id if consent else None,
        purpose=consent.purpose if consent else "unstated",
        subject=DisclosureSubject.REPORT,
        rule_version=f"credit-reports-{REPORTS.version}",
    )


def _cover_of(consent: Consent) -> dict[str, Any]:
    bank = db.session.get(Institution, consent.institution_id) if consent.institution_id else None
    return {
        "number": consent.consent_no,
        "purpose": get_purpose(consent.purpose).name,
        "institution": bank.name if bank else "",
        "data_from": consent.data_from.isoformat(),
    }


def _draft(actor: Actor, firm: Enterprise, order: ReportOrder) -> Draft:
    if order.edition is ReportEdition.PUBLIC:
        return drafting.of_public(looking.read_credit(actor, firm, "public_report"))
    facts = credit_records.read_own(actor, firm.id)
    if order.edition is ReportEdition.AUTHORIZED:
        return drafting.of_records(firm.id, facts)
    return drafting.of_violations(firm.id, facts, order)


def _own_firm(actor: Actor) -> Enterprise:
    firm = db.session.get(Enterprise, policies.require_firm(actor))
    if firm is None:
        raise NotFound("没有找到这家企业。")
    return firm


def _require_sound(order: ReportOrder) -> None:
    faults = rules.order_faults(order, drafting.offered_departments(), clock.today())
    if faults:
        raise InvalidInput(f"有 {len(faults)} 项内容需要修改。", fields=faults)
