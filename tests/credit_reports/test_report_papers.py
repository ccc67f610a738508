"""Reports and posters on paper, read back."""

import io

import pytest
from pypdf import PdfReader

from tests.credit_reports.conftest import penalised
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.credit_reports import rules, service

BASE = "https://node.example"


def words_of(content: bytes) -> tuple[str, PdfReader]:
    reader = PdfReader(io.BytesIO(content))
    return "".join("".join(page.extract_text().split()) for page in reader.pages), reader


@pytest.mark.parametrize("edition", list(ReportEdition))
def test_a_report_reads_back_with_number_code_and_pages(town, order, edition):
    with penalised(town):
        report = service.make_own(town.boss, order(edition))
    opened = service.open_report(town.boss, report.id)
    words, reader = words_of(service.report_pdf(opened, BASE))
    pages = len(reader.pages)
    assert report.number in words
    assert rules.check_code(report.content_hash) in words
    assert f"第{pages}页，共{pages}页" in words
    assert "鹰市监罚〔2026〕7号" in words
    assert f"{BASE}/verify/report/{report.number}" in words
    assert "快照" in words


def test_the_cover_names_the_consent_and_its_purpose(town):
    town.penalty()
    consent, officer = town.consent(), town.officer.as_actor()
    report = service.make_under_consent(officer, consent.id, "a" * 32)
    opened = service.open_report(officer, report.id)
    words, _ = words_of(service.report_pdf(opened, BASE))
    assert consent.consent_no in words
    assert get_purpose(consent.purpose).name in words
    assert town.bank.name in words


def test_the_edition_in_place_of_certificates_says_what_lacks(town, order):
    report = service.make_own(town.boss, order(ReportEdition.NO_VIOLATION))
    opened = service.open_report(town.boss, report.id)
    words, _ = words_of(service.report_pdf(opened, BASE))
    assert "税务局：数据不足，不能替代证明" in words
    assert "未查见记录" not in words.replace("“未查见记录”只指", "")


def test_an_outdated_report_says_so_on_paper_and_equal_input_gives_equal_bytes(town, order):
    report = service.make_own(town.boss, order(ReportEdition.AUTHORIZED))
    fresh = service.open_report(town.boss, report.id)
    assert service.report_pdf(fresh, BASE) == service.report_pdf(fresh, BASE)
    town.penalty()
    words, _ = words_of(service.report_pdf(service.open_report(town.boss, report.id), BASE))
    assert "本报告之后有新的信息" in words


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("a6", 297)])
def test_a_poster_is_one_page_with_firm_and_address(town, paper, width):
    code = service.switch_on(town.boss)
    words, reader = words_of(service.poster_pdf(town.firm, code, BASE, paper=paper))
    [page] = reader.pages
    assert town.firm.name in words
    assert town.firm.uscc in words
    assert code.token in words
    assert int(page.mediabox.width) == width


def test_many_records_of_a_kind_stand_in_one_table(town, order):
    for number in range(9):
        town.deliver("tax_payment", f"k{number}", {"period": f"2026-0{number + 1}"}, 30 + number)
    report = service.make_own(town.boss, order(ReportEdition.AUTHORIZED))
    words, reader = words_of(service.report_pdf(service.open_report(town.boss, report.id), BASE))
    assert "纳税信息（9条）" in words
    assert words.count("所属月份：2026-0") == 9
    assert len(reader.pages) < 9
