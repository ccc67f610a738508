"""Import an extract of the register, 登记信息: firms are created and updated by their codes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinyidai.audit.service import record
from xinyidai.enterprises import policies
from xinyidai.enterprises.reference import UnknownIndustry, section_of
from xinyidai.enterprises.rules import classify_scale, normalise_name
from xinyidai.enterprises.service.copying import copy_rows
from xinyidai.enterprises.values import EnterpriseScale, RegistrationStatus, SizeFacts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id

# The columns of an extract in the order of COPY; `id` is used for new firms only.
COLUMNS = """
    id uuid, uscc varchar, name varchar, normal_name varchar, code_invented boolean,
    legal_representative varchar, region_code varchar, address text, industry_code varchar,
    section varchar, established_on date, registered_capital_fen bigint, employees bigint,
    revenue_fen bigint, assets_fen bigint, scale varchar, enterprise_type varchar,
    business_scope text, status varchar, source varchar
"""

UPSERT = """
    insert into enterprise as e (
        id, uscc, name, normal_name, former_names, code_invented, legal_representative,
        region_code, address, industry_code, section, established_on, registered_capital_fen,
        employees, revenue_fen, assets_fen, scale, enterprise_type, business_scope, status,
        origin, source, tags, facts_version, created_at)
    select id, uscc, name, normal_name, '{}', code_invented, legal_representative,
        region_code, address, industry_code, section, established_on, registered_capital_fen,
        employees, revenue_fen, assets_fen, scale, enterprise_type, business_scope,
        coalesce(status, 'unknown'), 'registry', source, '{}', 1, %(now)s
    from pg_temp.register_row order by uscc
    on conflict (uscc) do update set
        former_names = case when e.normal_name = excluded.normal_name then e.former_names
            else array_append(array_remove(e.former_names, e.name::text), e.name::text) end,
        name = excluded.name,
        normal_name = excluded.normal_name,
        legal_representative = coalesce(excluded.legal_representative, e.legal_representative),
        region_code = coalesce(excluded.region_code, e.region_code),
        address = coalesce(excluded.address, e.address),
        industry_code = coalesce(excluded.industry_code, e.industry_code),
        section = coalesce(excluded.section, e.section),
        established_on = coalesce(excluded.established_on, e.established_on),
        registered_capital_fen =
            coalesce(excluded.registered_capital_fen, e.registered_capital_fen),
        employees = coalesce(excluded.employees, e.employees),
        revenue_fen = coalesce(excluded.revenue_fen, e.revenue_fen),
        assets_fen = coalesce(excluded.assets_fen, e.assets_fen),
        scale = coalesce(excluded.scale, e.scale),
        enterprise_type = coalesce(excluded.enterprise_type, e.enterprise_type),
        business_scope = coalesce(excluded.business_scope, e.business_scope),
        status = case when excluded.status = 'unknown' then e.status else excluded.status end,
        origin = case when e.origin = 'self' then e.origin else 'registry' end,
        source = excluded.source,
        facts_version = e.facts_version + 1
    where (e.name, e.normal_name, e.origin)
            is distinct from (excluded.name, excluded.normal_name, case when e.origin = 'self'
                then e.origin else excluded.origin end)
        or (coalesce(excluded.legal_representative, e.legal_representative),
            coalesce(excluded.region_code, e.region_code),
            coalesce(excluded.address, e.address),
            coalesce(excluded.industry_code, e.industry_code),
            coalesce(excluded.section, e.section),
            coalesce(excluded.established_on, e.established_on),
            coalesce(excluded.registered_capital_fen, e.registered_capital_fen),
            coalesce(excluded.employees, e.employees),
            coalesce(excluded.revenue_fen, e.revenue_fen),
            coalesce(excluded.assets_fen, e.assets_fen),
            coalesce(excluded.scale, e.scale),
            coalesce(excluded.enterprise_type, e.enterprise_type),
            coalesce(excluded.business_scope, e.business_scope),
            case when excluded.status = 'unknown' then e.status else excluded.status end)
        is distinct from (e.legal_representative, e.region_code, e.address, e.industry_code,
            e.section, e.established_on, e.registered_capital_fen, e.employees, e.revenue_fen,
            e.assets_fen, e.scale, e.enterprise_type, e.business_scope, e.status)
    returning (xmax = 0) as is_new
"""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One row of a register extract; None means that the extract does not say.

    `uscc` must be valid, and each code may come once in an import.
    """

    uscc: str
    name: str
    code_invented: bool = False
    legal_representative: str | None = None
    region_code: str | None = None
    address: str | None = None
    industry_code: str | None = None
    section: str | None = None
    established_on: date | None = None
    registered_capital_fen: int | None = None
    employees: int | None = None
    revenue_fen: int | None = None
    assets_fen: int | None = None
    enterprise_type: str | None = None
    business_scope: str | None = None
    status: RegistrationStatus | None = None


@dataclass(frozen=True)
class RegisterCounts:
    """What an import did."""

    inserted: int
    updated: int
    unchanged: int


def import_registrations(
    actor: Actor, rows: Iterable[Registration], *, source: str
) -> RegisterCounts:
    """Create or update firms by their codes, all in the present transaction.

    The register's word on names is final: a firm known by another name keeps it as a former name,
    曾用名. What the extract does not say stays as it was, and a firm that is already as the extract
    says is not touched.
    """
    policies.require_keep(actor)
    work = copy_rows("register_row", COLUMNS, _tuples(rows, source))
    total = work.execute("select count(*) from pg_temp.register_row").fetchone()
    new = [is_new for (is_new,) in work.execute(UPSERT, {"now": clock.now()}).fetchall()]
    counts = RegisterCounts(sum(new), len(new) - sum(new), (total or (0,))[0] - len(new))
    details = {"inserted": counts.inserted, "updated": counts.updated}
    record(actor, "enterprise:import", "register", source, details)
    return counts


def _tuples(rows: Iterable[Registration], source: str) -> Iterator[Sequence[Any]]:
    for row in rows:
        yield (
            new_id(), row.uscc, row.name, normalise_name(row.name), row.code_invented,
            row.legal_representative, row.region_code, row.address, row.industry_code,
            row.section or _section(row.industry_code), row.established_on,
            row.registered_capital_fen, row.employees, row.revenue_fen, row.assets_fen,
            _scale(row), row.enterprise_type, row.business_scope,
            row.status and row.status.value, source,
        )  # fmt: skip


def _section(industry_code: str | None) -> str | None:
    if not industry_code:
        return None
    try:
        return section_of(industry_code)
    except UnknownIndustry:
        return None


def _scale(row: Registration) -> EnterpriseScale | None:
    """Return the size class; an industry code of an older classification gives none."""
    facts = SizeFacts(
        row.industry_code or row.section, row.employees, row.revenue_fen, row.assets_fen, row.uscc
    )
    try:
        return classify_scale(facts)
    except UnknownIndustry:
        return None
