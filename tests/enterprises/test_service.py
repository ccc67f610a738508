from datetime import date
from uuid import uuid4

import pytest

from xinyidai.enterprises import queries
from xinyidai.enterprises.queries import EnterpriseSearch
from xinyidai.enterprises.service import (
    HeldName,
    Registration,
    Subject,
    SubjectOutcome,
    get_enterprise,
    hold_name,
    import_registrations,
    match_subjects,
    resolve_pending_name,
    resolve_pending_names,
)
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.kernel.uscc import invented

CODE, OTHER = invented(501), invented(502)
FIRM = Registration(
    uscc=CODE,
    name="鹰川轴承有限公司",
    region_code="410411",
    industry_code="C3451",
    employees=25,
    revenue_fen=500_000_000,
    established_on=date(2010, 5, 6),
)


def bring(*rows):
    counts = import_registrations(SYSTEM, rows, source="测试登记库")
    database.session.expire_all()
    return counts


def test_an_import_creates_then_leaves_alone_then_updates(db):
    first, again = bring(FIRM), bring(FIRM)
    changed = bring(Registration(uscc=CODE, name=FIRM.name, employees=30))
    assert (first.inserted, again.unchanged, changed.updated) == (1, 1, 1)
    firm = queries.find_by_code(CODE)
    assert (firm.employees, firm.region_code, firm.section, firm.scale) == (
        30,
        "410411",
        "C",
        "small",
    )
    assert firm.facts_version == 2


def test_the_registers_name_wins_and_the_old_one_is_kept(db):
    bring(FIRM)
    bring(Registration(uscc=CODE, name="鹰川新轴承有限公司"))
    bring(Registration(uscc=CODE, name="鹰川新轴承（有限）公司"))
    firm = queries.find_by_code(CODE.lower())
    assert firm.name == "鹰川新轴承（有限）公司"
    assert firm.former_names == ["鹰川轴承有限公司", "鹰川新轴承有限公司"]


def test_an_industry_of_an_older_classification_gives_no_size_and_no_error(db):
    bring(Registration(uscc=CODE, name="甲", industry_code="X99"))
    firm = queries.find_by_code(CODE)
    assert (firm.industry_code, firm.section, firm.scale) == ("X99", None, None)


def test_a_bank_may_not_import(db):
    with pytest.raises(Forbidden):
        import_registrations(Actor(None, Role.BANK_OFFICER, None, "x"), [FIRM], source="x")


def test_firms_are_found_by_code_name_region_and_section(db):
    bring(FIRM, Registration(uscc=OTHER, name="邻市（轴承）公司", region_code="410300"))
    assert [f.uscc for f in queries.find_by_name("鹰川轴承 有限公司")] == [CODE]
    assert queries.count(EnterpriseSearch(text="轴承")) == 2
    assert queries.count(EnterpriseSearch(text="(轴承)")) == 1
    assert queries.count(EnterpriseSearch(text="%")) == 0
    assert [f.uscc for f in queries.search(EnterpriseSearch(region_code="410400"))] == [CODE]
    assert queries.count(EnterpriseSearch(region_code="410000", section="C")) == 1
    assert queries.count(EnterpriseSearch(text=CODE[:10].lower(), registered_only=True)) == 0


def test_the_figures_count_what_is_unknown_apart(db):
    bring(FIRM, Registration(uscc=OTHER, name="乙公司"))
    figures = queries.figures()
    assert (figures.total, figures.pending_names, figures.by_region[None]) == (2, 0, 1)
    assert figures.by_origin == {"registry": 2}


def test_a_firm_is_shown_to_itself_and_the_platform_and_to_no_other_firm(db):
    bring(FIRM)
    firm = queries.find_by_code(CODE)
    owner = Actor(None, Role.ENTERPRISE_USER, firm.id, "甲")
    assert get_enterprise(owner, firm.id) is get_enterprise(SYSTEM, firm.id)
    with pytest.raises(NotFound):
        get_enterprise(Actor(None, Role.ENTERPRISE_USER, uuid4(), "乙"), firm.id)
    with pytest.raises(NotFound):
        get_enterprise(SYSTEM, uuid4())


def test_a_held_name_waits_once_and_is_settled_by_the_register(db):
    held = HeldName("来源", "tax_arrears", "鹰川轴承有限公司", 2, {"balance": 1})
    assert (hold_name(held).new, hold_name(held).new) == (1, 0)
    assert resolve_pending_names(SYSTEM) == 0
    bring(FIRM)
    assert resolve_pending_names(SYSTEM) == 1
    assert queries.count_pending_names() == 0


def test_a_name_settled_by_hand_stands_for_its_firm_from_then_on(db):
    bring(FIRM)
    hold_name(HeldName("来源", "tax_arrears", "老轴承厂", 2, {}))
    firm = queries.find_by_code(CODE)
    assert resolve_pending_name(SYSTEM, "老轴承厂", firm.id) == 1
    match = match_subjects([Subject(1, None, "老轴承厂")], source="来源")[1]
    assert (match.outcome, match.enterprise_id) == (SubjectOutcome.FOUND, firm.id)
    with pytest.raises(NotFound):
        resolve_pending_name(SYSTEM, "没有这个名称", firm.id)
