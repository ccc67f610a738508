"""Reports and credit codes on paper, PDF; the same input gives the same bytes."""

from xinyidai.credit_reports import rules, sheet
from xinyidai.credit_reports.models import CreditCode, CreditReport
from xinyidai.credit_reports.service.reading import OpenedReport
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import pdf, uscc
from xinyidai.kernel.errors import InvalidInput

PAPERS = ("a4", "a6")


def check_url(report: CreditReport, base_url: str) -> str:
    """Return the address under which anybody who holds the report can check it."""
    code = rules.check_code(report.content_hash)
    return f"{base_url}/verify/report/{report.number}?code={code}"


def code_url(code: CreditCode, base_url: str) -> str:
    """Return the address that a credit code opens."""
    return f"{base_url}/c/{code.token}"


def report_pdf(opened: OpenedReport, base_url: str) -> bytes:
    """Return an opened report as PDF, marked with how it stands."""
    report = opened.row.report
    url = check_url(report, base_url)
    words = sheet.sheet_of(
        opened.content,
        standing=opened.standing,
        digest=report.content_hash,
        code=rules.check_code(report.content_hash),
        check_url=url,
    )
    return pdf.render(sheet.TEMPLATE, words, qr=url)


def poster_pdf(firm: Enterprise, code: CreditCode, base_url: str, *, paper: str) -> bytes:
    """Return a firm's credit code as a poster.

    Raises:
        InvalidInput: the paper is none of `PAPERS`.

    """
    if paper not in PAPERS:
        raise InvalidInput("只有 A4 和 A6 两种大小。", fields={"paper": "请选择 A4 或 A6"})
    is_sound = uscc.find_problem(firm.uscc) is None
    is_invented = is_sound and uscc.UnifiedSocialCreditCode.parse(firm.uscc).is_invented
    url = code_url(code, base_url)
    words = sheet.poster_of(firm.name, firm.uscc, url, paper=paper, is_invented=is_invented)
    return pdf.render(sheet.POSTER, words, qr=url)
