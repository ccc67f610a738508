"""List and open reports again; what was corrected since is not shown any more, 重新打开."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
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
    return standings_of([report])[report.id]


def standings_of(reports: Sequence[CreditReport]) -> dict[UUID, ReportStanding]:
    """Return what is to be said of each of many reports, with as many queries as for one."""
    if not reports:
        return {}
    usable = _usable({one.consent_id for one in reports if one.consent_id is not None})
    # In this order: what is the same version here, and had nothing removed after, is up to date.
    versions = queries.facts_versions({one.enterprise_id for one in reports})
    removals = credit_records.last_removals(
        {one.enterprise_id for one in reports},
        {kind for one in reports for kind in one.kinds},
        min(one.made_at for one in reports),
    )
    found = {
        one.id: rules.standing_of(
            expires_on=one.expires_on,
            is_same_version=versions.get(one.enterprise_id) == one.facts_version,
            was_corrected=_was_corrected(one, removals),
            today=clock.today(),
        )
        for one in reports
    }
    over = {
        one.id for one in reports if one.consent_id is not None and one.consent_id not in usable
    }
    return found | dict.fromkeys(over, ReportStanding.CONSENT_OVER)


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


def _usable(consent_ids: Collection[UUID]) -> frozenset[UUID]:
    found = [one for one in consents.find_many(consent_ids) if one.revoked_at is None]
    states = consenting.states_of(found)
    return frozenset(one.id for one in found if states[one.id] in READABLE)


def _was_corrected(report: CreditReport, removals: Mapping[tuple[UUID, str], datetime]) -> bool:
    latest = (removals.get((report.enterprise_id, kind)) for kind in report.kinds)
    return any(at is not None and at > report.made_at for at in latest)
