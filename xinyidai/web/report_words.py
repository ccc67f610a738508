"""Reports in words, for the firm, the institution that made one, and the office."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response

from xinyidai.catalogue.credit_reports import REPORTS
from xinyidai.credit_reports import service
from xinyidai.credit_reports.queries import ReportRow
from xinyidai.credit_reports.service import OpenedReport
from xinyidai.credit_reports.values import STANDING_SENTENCES, ReportStanding
from xinyidai.kernel.http import public_url
from xinyidai.web.chrome import format_day, format_moment

Row = dict[str, Any]
MOST_SHOWN = 20
TONES = {ReportStanding.VALID: "ok", ReportStanding.OUTDATED: "todo"}


def json_of(opened: OpenedReport) -> Response:
    """Return an opened report as a file with its signature; without blanks, to upload it again."""
    made = opened.row.report
    url = service.check_url(made, public_url())
    document = service.document_of(made, opened.content, url)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _file(text.encode(), "application/json; charset=utf-8", f"{made.number}.json")


def pdf_of(opened: OpenedReport) -> Response:
    """Return an opened report as PDF, marked with how it stands."""
    content = service.report_pdf(opened, public_url())
    return _file(content, "application/pdf", f"{opened.row.report.number}.pdf")


def report_rows(rows: Sequence[ReportRow]) -> list[Row]:
    """Return the lines of a list of reports, with how each stands now."""
    standings = service.standings_of([row.report for row in rows])
    return [report_row(row, standings[row.report.id]) for row in rows]


def report_row(row: ReportRow, standing: ReportStanding) -> Row:
    """Return one report as a line, with how it stands."""
    report = row.report
    return {
        "id": report.id,
        "number": report.number,
        "edition": REPORTS.editions[report.edition].name,
        "firm": row.enterprise.name,
        "maker": row.institution.short_name if row.institution else "企业自己",
        "is_firms": row.institution is None,
        "use": use_name(report.use),
        "at": format_moment(report.made_at),
        "expires": format_day(report.expires_on),
        "checks": row.checks,
        "standing": standing.value,
    }


def report_facts(row: ReportRow) -> list[Row]:
    """Return what is known of a report without its content, line by line."""
    report = row.report
    period = ""
    if report.period_first and report.period_last:
        period = f"{format_day(report.period_first)} 至 {format_day(report.period_last)}"
    known = (
        ("报告编号", report.number),
        ("报告种类", REPORTS.editions[report.edition].name),
        ("企业", row.enterprise.name),
        ("开具", row.institution.name if row.institution else "企业自己"),
        ("用途", use_name(report.use)),
        ("查询时间段", period),
        ("列出的记录", f"{report.record_count} 条"),
        ("开具时间", format_moment(report.made_at)),
        ("有效期至", format_day(report.expires_on)),
        ("模板版本", report.template_version),
        ("内容摘要", report.content_hash),
    )
    return [{"label": label, "value": value} for label, value in known if value]


def standing_notice(standing: ReportStanding) -> Row:
    """Return title, text and tone of what is to be said of a report now."""
    is_valid = standing is ReportStanding.VALID
    return {
        "title": "可以使用" if is_valid else "不宜再使用",
        "text": STANDING_SENTENCES[standing],
        "tone": TONES.get(standing, "error"),
        "is_valid": is_valid,
    }


def check_rows(found: Any) -> list[Row]:
    """Return who checked a report; of strangers nothing is known but the time."""
    ways = {"number": "编号和核验码", "file": "上传文件"}
    return [
        {
            "at": format_moment(check.checked_at),
            "who": name or "未登录的公众",
            "way": ways[check.way.value],
        }
        for check, name in found
    ]


def use_name(code: str) -> str:
    """Return the name of a use; one that the list no longer has goes by its code."""
    use = REPORTS.uses.get(code)
    return use.name if use else code


def preview_of(content: Row) -> Row:
    """Return a draft's content for the page: what was found, with the newest records."""
    parts = [*content.get("sections", ()), *content.get("departments", ())]
    return {
        "parts": [
            {
                "name": part["name"],
                "finding": part.get("finding_name") or part["finding"],
                "code": part["finding"],
                "is_whole": part.get("is_whole", True),
                "searched": part.get("searched", []),
                "records": part["records"][:MOST_SHOWN],
                "total": len(part["records"]),
            }
            for part in parts
        ],
        "not_counted": content.get("not_counted", []),
        "lacking": [each for each in content.get("scope", ()) if each["collected_on"] is None],
    }


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)
