"""Anybody looks at what is public of a firm, 公开查询: by code, by name, by credit code."""

from collections.abc import Mapping, Sequence

from xinyidai.catalogue.credit_reports import REPORTS
from xinyidai.catalogue.kinds import KINDS, get_kind
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_reports import queries, rules, showing
from xinyidai.credit_reports.values import (
    NameHit,
    NameSearch,
    PublicCredit,
    PublicSection,
    ShownRecord,
)
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.uscc import UnifiedSocialCreditCode
from xinyidai.objections import service as objections

MOST_HITS = 10
LONGEST_NAME = 100
STATUS_NAMES: Mapping[RegistrationStatus, str] = {
    RegistrationStatus.ACTIVE: "存续",
    RegistrationStatus.CANCELLED: "注销",
    RegistrationStatus.REVOKED: "吊销",
    RegistrationStatus.MOVED_OUT: "迁出",
    RegistrationStatus.UNKNOWN: "数据不足",
}


def find_by_code(text: str) -> Enterprise:
    """Return the firm of a code.

    Raises:
        InvalidInput: it is no code, with a sentence that says what is wrong.
        NotFound: the platform knows no such firm.

    """
    code = UnifiedSocialCreditCode.parse(text)
    firm = enterprises.find_by_code(str(code))
    if firm is None:
        raise NotFound("平台里没有这家企业。没有查到不等于没有登记，请核对统一社会信用代码。")
    return firm


def search_names(text: str) -> NameSearch:
    """Return the few firms whose name holds a text; no record is read.

    Raises:
        InvalidInput: too little was typed, or nothing that tells firms apart.

    """
    name = normalise_name(text[:LONGEST_NAME]).replace("\x00", "")
    fault = rules.name_fault(name)
    if fault:
        raise InvalidInput(fault, fields={"q": fault})
    found = queries.named_like(name, MOST_HITS + 1)
    hits = tuple(NameHit(f.uscc, f.name, STATUS_NAMES[f.status]) for f in found[:MOST_HITS])
    return NameSearch(hits, is_cut=len(found) > MOST_HITS)


def read_credit(actor: Actor, firm: Enterprise, purpose: str) -> PublicCredit:
    """Return what is public of a firm at this moment; the query is logged."""
    records = credit_records.read_public(actor, firm.id, purpose)
    marked = objections.marks_of(firm.id).keys
    shown = [showing.of_public(record, marked) for record in records]
    return PublicCredit(
        enterprise_id=firm.id,
        uscc=firm.uscc,
        name=firm.name,
        status=STATUS_NAMES[firm.status],
        as_of=clock.now(),
        sections=_sections(shown),
    )


def _sections(shown: Sequence[ShownRecord]) -> tuple[PublicSection, ...]:
    """Return every section, also those without a record: what was never collected says so."""
    collected = set(credit_records.collected_kinds()) & credit_records.public_kinds()
    reached = {REPORTS.section_of(KINDS[code]).code for code in collected}
    by_section: dict[str, list[ShownRecord]] = {}
    for record in sorted(shown, key=lambda one: one.occurred_on, reverse=True):
        by_section.setdefault(REPORTS.section_of(get_kind(record.kind)).code, []).append(record)
    lacking: dict[str, list[str]] = {}
    for code in sorted(credit_records.public_kinds() - collected):
        lacking.setdefault(REPORTS.section_of(KINDS[code]).code, []).append(KINDS[code].name)
    return tuple(
        PublicSection(
            code,
            REPORTS.sections[code].name,
            tuple(by_section.get(code, ())),
            code in reached,
            tuple(lacking.get(code, ())),
        )
        for code in REPORTS.reading_order
    )
