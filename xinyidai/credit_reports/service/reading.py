"""List and open reports again; what was corrected since is not shown any more, 重新打开."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xinyidai.consents import queries as consents
from xinyidai.consents import service as consenting
from xinyidai.consents.values import ConsentState
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_reports import policies, queries, rules
from xinyidai.credit_reports.models import CreditReport, ReportVerification
from xinyidai.credit_reports.queries import ReportFilter, ReportRow
from xinyidai.credit_reports.values import ReportStanding
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict
from xinyidai.kernel.http import Page

READABLE = frozenset({ConsentState.ACTIVE, ConsentState.USED_UP})


@dataclass(frozen=True)
class OpenedReport:
    """A report opened again, with what is to be said of it at this moment."""

    row: ReportRow
    standing: ReportStanding
    content: Mapping[str, Any]


def list_own(actor: Actor, page: Page) -> tuple[Sequence[ReportRow], int]:
    """Return a page of the reports on the actor's own firm, newest first, and their number."""
    return queries.list_rows(ReportFilter(enterprise_id=policies.require_firm(actor)), page)


def list_of_institution(actor: Actor, page: Page) -> tuple[Sequence[ReportRow], int]:
    """Return a page of the reports that the actor's institution made, newest first."""
    wanted = ReportFilter(institution_id=policies.require_recipient(actor))
    return queries.list_rows(wanted, page)


def list_of_city(actor: Actor, wanted: ReportFilter, page: Page) -> tuple[Sequence[ReportRow], int]:
    """Return a page of all reports, newest first; nothing of what they say.

    Raises:
        Forbidden: the actor does not oversee the city.

    """
    policies.require_desk(actor)
    return queries.list_rows(wanted, page)


def read_row(actor: Actor, report_id: UUID) -> ReportRow:
    """Return one report without its content.

    Raises:
        NotFound: it is none of the actor's business.

    """
    policies.require_sight(actor, queries.find(report_id))
    return queries.get_row(report_id)


def find_of_look(actor: Actor, snapshot_id: UUID) -> CreditReport:
    """Return the report that a look made.

    Raises:
        NotFound: there is none, or it is none of the actor's business.

    """
    return policies.require_sight(actor, queries.find_by_snapshot(snapshot_id))


def open_report(actor: Actor, report_id: UUID) -> OpenedReport:
    """Return a report with its content, marked with how it stands.

    Raises:
        NotFound: it is none of the actor's business.
        Conflict: the content is the other party's, outlived its time, or was corrected since.
        ConsentRefused: the authorization it was made under is over.

    """
    row = read_row(actor, report_id)
    if not policies.may_open(actor, row.report):
        raise _others_content()
    if row.report.snapshot_id is not None:
        content = credit_records.read_snapshot(actor, row.report.snapshot_id).content
        return OpenedReport(row, standing_of(row.report), content)
    content = _own_content(row.report)
    standing = standing_of(row.report)  # after the content: what was current then, was not removed
    if standing is ReportStanding.CORRECTED:
        raise Conflict(
            "本报告之后有信息更正，原报告不再提供，请重新开具。", code="report_corrected"
        )
    return OpenedReport(row, standing, content)


def standing_of(report: CreditReport) -> ReportStanding:
    """Return what is to be said of a report now; nothing of its content is read."""
    if report.consent_id is not None and not _may_be_used(report.consent_id):
        return ReportStanding.CONSENT_OVER
    # In this order: what is the same version here, and had nothing removed after, is up to date.
    firm = db.session.get(Enterprise, report.enterprise_id, populate_existing=True)
    removed = credit_records.removed_since(report.enterprise_id, report.kinds, report.made_at)
    return rules.standing_of(
        expires_on=report.expires_on,
        is_same_version=firm is not None and firm.facts_version == report.facts_version,
        was_corrected=removed > 0,
        today=clock.today(),
    )


def checks_of(actor: Actor, report_id: UUID) -> Sequence[tuple[ReportVerification, str | None]]:
    """Return who checked a report that the actor may see, newest first; strangers have no name."""
    policies.require_sight(actor, queries.find(report_id))
    return queries.checks_of(report_id)


def forget_contents() -> None:
    """Delete behind the door what the platform may no longer keep; the rows stay as proof."""
    with door.with_door(Aperture(platform_run="retention")) as connection:
        connection.execute(queries.forget_contents(clock.today()))


def _others_content() -> Conflict:
    """Return the error for a report whose content belongs to the other party."""
    return Conflict(
        "这份报告由获得授权的机构开具，内容只提供给该机构。", code="other_partys_report"
    )


def _own_content(report: CreditReport) -> Mapping[str, Any]:
    statement = queries.content_of(report.id, report.enterprise_id)
    rows = door.read(Aperture(report.enterprise_id), statement)
    if not rows:
        raise Conflict("这份报告的保存期限已过，请重新开具。", code="report_forgotten")
    content: Mapping[str, Any] = rows[0][0]
    return content


def _may_be_used(consent_id: UUID) -> bool:
    consent = consents.find(consent_id)
    if consent is None or consent.revoked_at is not None:
        return False
    return consenting.state_of(consent) in READABLE
