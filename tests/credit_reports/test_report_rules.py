from datetime import date, datetime, timedelta

import pytest

from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_reports import rules
from xinyidai.credit_reports.values import Finding, ReportOrder, ReportStanding
from xinyidai.kernel import clock

TODAY = date(2026, 11, 22)
OFFERED = {"taxation", "court"}
NONE, RECORDS, INSUFFICIENT = Finding.NONE, Finding.RECORDS, Finding.INSUFFICIENT


def order(**changes):
    facts = {
        "edition": ReportEdition.NO_VIOLATION,
        "use": "honours",
        "first": TODAY - timedelta(days=365),
        "last": TODAY,
        "departments": ("court",),
    }
    return ReportOrder(**{**facts, **changes})


def test_a_sound_order_has_no_fault():
    assert rules.order_faults(order(), OFFERED, TODAY) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"use": "curiosity"}, "use"),
        ({"use": "recruiting"}, "use"),
        ({"departments": ()}, "departments"),
        ({"departments": ("court", "moon")}, "departments"),
        ({"first": None}, "first"),
        ({"last": None}, "last"),
        ({"last": TODAY + timedelta(days=1)}, "last"),
        ({"first": TODAY, "last": TODAY - timedelta(days=1)}, "first"),
        ({"first": date(1999, 1, 1)}, "first"),
    ],
)
def test_each_fault_of_an_order_is_said_at_its_field(changes, field):
    assert list(rules.order_faults(order(**changes), OFFERED, TODAY)) == [field]


@pytest.mark.parametrize(
    ("kind", "days", "is_stale"),
    [
        ("tax_penalty", 14, False),
        ("tax_penalty", 15, True),
        ("court_enforcement", 14, False),
        ("tax_arrears", 180, False),
        ("tax_arrears", 181, True),
    ],
)
def test_a_source_is_stale_after_two_cycles_but_never_before_two_weeks(kind, days, is_stale):
    collected = datetime(2026, 11, 22, 9, tzinfo=clock.TZ) - timedelta(days=days)
    assert rules.is_stale(get_kind(kind), collected, TODAY) is is_stale


def test_a_period_before_what_is_kept_is_said_to_be():
    assert rules.reaches_beyond_retention(get_kind("tax_penalty"), date(2020, 1, 1), TODAY)
    assert not rules.reaches_beyond_retention(get_kind("tax_penalty"), date(2025, 1, 1), TODAY)


def test_lacking_data_is_never_no_record():
    assert rules.finding_of(has_records=False, faults=["还没有归集"]) is INSUFFICIENT
    assert rules.finding_of(has_records=False, faults=[]) is NONE
    assert rules.finding_of(has_records=True, faults=["还没有归集"]) is RECORDS


@pytest.mark.parametrize(
    ("findings", "summed"),
    [
        ([NONE, NONE], NONE),
        ([NONE, INSUFFICIENT], INSUFFICIENT),
        ([RECORDS, INSUFFICIENT], RECORDS),
        ([NONE, RECORDS], RECORDS),
        ([], INSUFFICIENT),
    ],
)
def test_a_department_is_clean_only_if_all_its_kinds_are(findings, summed):
    assert rules.summed(findings) is summed


@pytest.mark.parametrize(
    ("same", "corrected", "days", "standing"),
    [
        (True, False, 1, ReportStanding.VALID),
        (False, False, 1, ReportStanding.OUTDATED),
        (False, True, -1, ReportStanding.CORRECTED),
        (True, False, -1, ReportStanding.EXPIRED),
        (True, False, 0, ReportStanding.VALID),
    ],
)
def test_a_correction_weighs_most(same, corrected, days, standing):
    found = rules.standing_of(
        expires_on=TODAY + timedelta(days=days),
        is_same_version=same,
        was_corrected=corrected,
        today=TODAY,
    )
    assert found is standing


@pytest.mark.parametrize("name", ["演示", "有限公司", "有限责任公司", "鹰公司市", "", "个体工商户"])
def test_a_name_that_would_list_the_city_is_refused(name):
    assert rules.name_fault(name)


@pytest.mark.parametrize("name", ["演示轴承", "鹰川市演示", "演示有限公司"])
def test_a_name_that_tells_firms_apart_will_do(name):
    assert rules.name_fault(name) == ""


def test_the_text_of_a_report_knows_no_fractions():
    with pytest.raises(TypeError):
        rules.text_of({"rate": 0.1})
