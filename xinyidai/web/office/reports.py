"""Credit reports of the city, 信用报告: templates, list of uses, versions, counts and lists."""

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue import denials, purposes
from xinyidai.catalogue.credit_reports import REPORTS, ReportEdition
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_reports import queries, service
from xinyidai.credit_reports.queries import ReportFilter
from xinyidai.credit_reports.values import STANDING_NAMES
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import report_words
from xinyidai.web.office.base import OVERSIGHT, Row, asked, blueprint, chosen_state, pager_of

NOT_YET = "尚未建立"


@blueprint.get("/reports")
@allow(*OVERSIGHT)
def reports() -> ResponseReturnValue:
    """Show editions, uses and versions; each number leads to its list."""
    by_edition, by_use = queries.counts_by_edition(), queries.counts_by_use()
    return render_template(
        "office/reports.html",
        editions=[
            {
                "name": edition.name,
                "template": edition.template,
                "text": edition.text,
                "days": edition.valid_days,
                "count": by_edition[edition.code],
                "href": url_for("office.report_list", edition=edition.code.value),
            }
            for edition in REPORTS.editions.values()
        ],
        uses=[
            {
                "name": use.name,
                "basis": use.basis,
                "editions": "、".join(
                    REPORTS.editions[code].name for code in ReportEdition if code in use.editions
                ),
                "count": by_use.get(use.code, 0),
                "href": url_for("office.report_list", use=use.code),
            }
            for use in REPORTS.uses.values()
        ],
        checked=queries.count_checked(),
        versions=_versions(),
        violations=[
            {"kind": kind.name, "department": kind.department.name, "cycle": kind.update_cycle_days}
            for kind in REPORTS.violation_kinds()
        ],
        not_violations=[
            {"kind": KINDS[code].name, "why": why} for code, why in REPORTS.not_violations.items()
        ],
        rules=REPORTS,
    )


@blueprint.get("/reports/list")
@allow(*OVERSIGHT)
def report_list() -> ResponseReturnValue:
    """List reports, newest first; what they say is not shown here."""
    use = asked("use") or None
    if use is not None and use not in REPORTS.uses:
        raise InvalidInput("没有这个用途，请重新选择。", fields={"use": "请从列表里选择"})
    wanted = ReportFilter(
        edition=chosen_state(ReportEdition, "edition"), use=use, is_checked=bool(asked("checked"))
    )
    page = page_args()
    rows, total = service.list_of_city(g.actor, wanted, page)
    return render_template(
        "office/report_list.html",
        rows=report_words.report_rows(rows),
        labels=STANDING_NAMES,
        pager=pager_of(page, total),
        editions=[{"value": e.code.value, "label": e.name} for e in REPORTS.editions.values()],
        uses=[{"value": each.code, "label": each.name} for each in REPORTS.uses.values()],
        chosen={name: asked(name) for name in ("edition", "use", "checked")},
    )


def _versions() -> list[Row]:
    """Return the versioned objects that reports and evaluation follow, 版本化配置."""
    current = service.rule_versions()
    return [
        {
            "what": "信用报告模板",
            "version": current["credit_reports"],
            "where": "三种报告和应用目录清单",
        },
        {
            "what": "公共信用信息目录",
            "version": current["record_kinds"],
            "where": "公开属性、公示期",
        },
        {"what": "信用评价指标", "version": indicator_dictionary().version, "where": "评分模型页"},
        {"what": "异议规则", "version": current["objections"], "where": "异议页"},
        {"what": "修复规则", "version": current["repairs"], "where": "信用修复页"},
        {"what": "授权用途", "version": purposes.VERSION, "where": "授权用途页"},
        {"what": "拒贷原因", "version": denials.VERSION, "where": "银行答复"},
        {"what": "分级分类标准", "version": NOT_YET, "where": ""},
        {"what": "风险预警规则", "version": NOT_YET, "where": ""},
    ]
