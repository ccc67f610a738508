"""The public catalogue and its data dictionary."""

import csv
import io

import pytest

from xinyidai.catalogue.dictionary import COLUMNS
from xinyidai.catalogue.kinds import BANNED_FIELDS, DROPPED_FIELDS, KINDS, VERSION


@pytest.fixture
def visitor(app):
    return app.test_client()


def test_a_visitor_sees_every_kind_by_class(db, visitor):
    page = visitor.get("/catalogue").get_data(as_text=True)
    assert all(f'href="/catalogue/{code}"' in page for code in KINDS)
    assert f"第 {VERSION} 版" in page
    assert all(one.name in page for one in (*BANNED_FIELDS, *DROPPED_FIELDS))


@pytest.mark.parametrize(
    "word", ["公积金", "CF_WSH", "cf_wsh", "housing_fund", "住房公积金管理中心"]
)
def test_a_word_finds_kinds_by_name_field_or_source(db, visitor, word):
    page = visitor.get("/catalogue", query_string={"q": word}).get_data(as_text=True)
    wanted = "administrative_penalty" if "wsh" in word.lower() else "housing_fund"
    assert f'href="/catalogue/{wanted}"' in page
    assert 'href="/catalogue/electricity_usage"' not in page


def test_a_class_narrows_and_a_word_without_kinds_says_so(db, visitor):
    page = visitor.get("/catalogue?class=tax").get_data(as_text=True)
    assert 'href="/catalogue/tax_grade"' in page
    assert 'href="/catalogue/customs_grade"' not in page
    assert "目录里没有这样的信息" in visitor.get("/catalogue?q=星座").get_data(as_text=True)


def test_an_unknown_class_is_refused_and_an_unknown_kind_not_found(db, visitor):
    assert visitor.get("/catalogue?class=music").status_code == 422
    answer = visitor.get("/catalogue/horoscope")
    assert (answer.status_code, "目录里没有" in answer.get_data(as_text=True)) == (404, True)


def test_what_was_searched_is_written_back_as_text(db, visitor):
    page = visitor.get("/catalogue", query_string={"q": "<script>x"}).get_data(as_text=True)
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_field_stands_with_its_open_attribute(db, visitor, code):
    page = visitor.get(f"/catalogue/{code}").get_data(as_text=True)
    kind = KINDS[code]
    assert kind.name in page
    for field in kind.fields:
        assert field.code in page
        assert (field.standard_code or "") in page
    closer = sum(field.open_attribute is not kind.open_attribute for field in kind.fields)
    assert page.count("严于本类") == closer


def test_the_dictionary_is_downloaded_as_a_table(db, visitor):
    answer = visitor.get("/catalogue.csv")
    text = answer.get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + sum(len(kind.fields) for kind in KINDS.values())
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_catalogue_is_downloaded_for_programs(db, visitor):
    told = visitor.get("/catalogue.json").get_json()
    assert told["version"] == VERSION
    assert [kind["code"] for kind in told["kinds"]] == list(KINDS)
    penalty = next(kind for kind in told["kinds"] if kind["code"] == "administrative_penalty")
    number = next(field for field in penalty["fields"] if field["code"] == "cf_wsh")
    assert (number["standard_code"], number["open_attribute"]) == ("CF_WSH", "public")
    assert {one["code"] for one in told["dropped_fields"]} == {one.code for one in DROPPED_FIELDS}


def test_every_page_leads_to_the_catalogue(db, visitor):
    assert 'href="/catalogue"' in visitor.get("/privacy").get_data(as_text=True)
