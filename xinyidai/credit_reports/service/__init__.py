"""Use cases of credit reports: public query, reports, checks, credit codes."""

from xinyidai.credit_reports.service.codes import (
    find_code,
    own_code,
    read_scanned,
    renew,
    switch_off,
    switch_on,
)
from xinyidai.credit_reports.service.drafting import offered_departments
from xinyidai.credit_reports.service.looking import find_by_code, read_credit, search_names
from xinyidai.credit_reports.service.making import make_own, make_under_consent, preview
from xinyidai.credit_reports.service.papers import check_url, code_url, poster_pdf, report_pdf
from xinyidai.credit_reports.service.reading import (
    OpenedReport,
    checks_of,
    find_of_look,
    forget_contents,
    list_of_city,
    list_of_institution,
    list_own,
    open_report,
    read_row,
    standing_of,
    standings_of,
)
from xinyidai.credit_reports.service.sealing import rule_versions
from xinyidai.credit_reports.service.verifying import by_file, by_number, document_of

__all__ = [
    "OpenedReport",
    "by_file",
    "by_number",
    "check_url",
    "checks_of",
    "code_url",
    "document_of",
    "find_by_code",
    "find_code",
    "find_of_look",
    "forget_contents",
    "list_of_city",
    "list_of_institution",
    "list_own",
    "make_own",
    "make_under_consent",
    "offered_departments",
    "open_report",
    "own_code",
    "poster_pdf",
    "preview",
    "read_credit",
    "read_row",
    "read_scanned",
    "renew",
    "report_pdf",
    "rule_versions",
    "search_names",
    "standing_of",
    "standings_of",
    "switch_off",
    "switch_on",
]
