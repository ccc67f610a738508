import copy
from importlib.resources import files

import pytest
import yaml

from xinyidai.catalogue.credit_reports import REPORTS, ReportEdition, read_report_rules
from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.reading import Entry
from xinyidai.catalogue.values import Effect


@pytest.fixture
def content():
    text = files("xinyidai.catalogue").joinpath("credit_reports.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def test_every_kind_has_one_section_and_every_edition_a_use():
    assert {REPORTS.section_of(kind).code for kind in KINDS.values()} <= set(REPORTS.sections)
    assert {e for use in REPORTS.uses.values() for e in use.editions} == set(ReportEdition)


def test_what_is_adverse_counts_as_a_violation_unless_a_reason_is_given():
    counted = {kind.code for kind in REPORTS.violation_kinds()}
    adverse = {kind.code for kind in KINDS.values() if kind.effect is Effect.NEGATIVE}
    assert adverse - counted == set(REPORTS.not_violations)
    assert {"administrative_penalty", "dishonesty_list", "tax_arrears"} <= counted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("editions", []),
        ("stale_after_days", 0),
        ("reading_order", ["licences"]),
        ("across_departments", ["honour"]),
        ("not_violations", [{"code": "honour", "why": "x"}]),
        ("unknown", 1),
    ],
)
def test_a_broken_file_is_refused(content, key, value):
    broken = copy.deepcopy(content)
    broken[key] = value
    with pytest.raises(CatalogueBroken):
        read_report_rules(Entry(broken, "credit_reports"))


def test_a_kind_without_a_section_is_refused(content):
    content["sections"] = [s for s in content["sections"] if s["code"] != "others"]
    content["reading_order"].remove("others")
    with pytest.raises(CatalogueBroken, match="sections"):
        read_report_rules(Entry(content, "credit_reports"))
