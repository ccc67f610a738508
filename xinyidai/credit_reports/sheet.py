"""The words of a report on paper, as `sheets/report.typ` sets them; and of the poster."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xinyidai.credit_reports.values import STANDING_SENTENCES, ReportStanding

FOLDER = Path(__file__).parent / "sheets"
TEMPLATE = FOLDER / "report.typ"
POSTER = FOLDER / "credit_code.typ"
PLATFORM = "信易贷融资信用服务平台"
NONE = "—"
FEW = 3
MARK = "【异议中】"
Row = list[str]
Content = Mapping[str, Any]
SNAPSHOT = "此后的变化不在其中。使用前请扫码查验：如有信息更正，请让企业重新开具。"
ADVICE = (
    "企业认为信息有误：登录平台，在该条信息旁点“有误？”提出异议，也可以带营业执照到信用办窗口办理。",
    "失信信息可以依法申请信用修复，全程免费；修复后本报告的查验页会提示重新开具。",
)


def sheet_of(
    content: Content, *, standing: ReportStanding, digest: str, code: str, check_url: str
) -> dict[str, Any]:
    """Return everything that the template shows, as plain JSON data.

    `digest` is of the signed content, `code` is the check code; `standing` is of this moment.
    """
    firm = content["firm"]
    return {
        "title": content["edition_name"],
        "platform": PLATFORM,
        "number": f"报告编号：{content['number']}",
        "demo": "演示数据" if firm["is_invented"] else "",
        "demo_note": "演示数据：企业、机构和人员均为虚构，本报告没有法律效力。",
        "stamp": "" if standing is ReportStanding.VALID else STANDING_SENTENCES[standing],
        "firm": firm["name"],
        "lead": _lead(content),
        "check_url": check_url,
        "code": f"核验码：{code}",
        "qr_alt": "二维码：扫码打开本报告的公开查验页",
        "cover": _cover(content),
        "snapshot": f"本报告是 {_minute(content['made_at'])}（北京时间）的快照，{SNAPSHOT}",
        "notice": content["notice"],
        "sections": [_section(section) for section in content.get("sections", ())],
        "departments": [_department(each) for each in content.get("departments", ())],
        "not_counted": [
            f"{each['name']}：{each['why']}。" for each in content.get("not_counted", ())
        ],
        "scope": _scope(content),
        "signing": [
            ["内容摘要（SHA-256）", digest],
            ["签名", "平台以“签发信用报告”密钥签名，签名在同一报告的 JSON 文件里"],
            ["模板版本", content["template"]],
            ["规则版本", "；".join(f"{name} {v}" for name, v in sorted(content["rules"].items()))],
        ],
        "advice": ADVICE,
    }


def poster_of(name: str, code: str, url: str, *, paper: str, is_invented: bool) -> dict[str, Any]:
    """Return what a firm's poster with its credit code shows; `paper` is a4 or a6."""
    return {
        "title": "信用码",
        "platform": PLATFORM,
        "firm": name,
        "uscc": code,
        "url": url,
        "paper": paper,
        "lines": [
            "扫一扫，看本企业现在的登记、许可、处罚和信用信息",
            "内容由平台实时提供，企业不能修改",
        ],
        "demo": "演示数据：企业为虚构" if is_invented else "",
        "qr_alt": "二维码：打开本企业的公开信用信息",
    }


def _lead(content: Content) -> list[str]:
    if content["edition"] == "no_violation":
        period = content["period"]
        return [f"查询时间段：{period['first']} 至 {period['last']}（含当日）"]
    return [f"共列出 {content['record_count']} 条记录"]


def _cover(content: Content) -> list[Row]:
    rows = [
        ["企业名称", content["firm"]["name"]],
        ["统一社会信用代码", content["firm"]["uscc"]],
        ["用途", content["use"]["name"]],
    ]
    consent = content["consent"]
    if consent:
        rows += [
            ["授权编号", consent["number"]],
            ["授权用途", consent["purpose"]],
            ["被授权机构", consent["institution"]],
            ["信息时间范围", f"{consent['data_from']} 以来"],
        ]
    return [
        *rows,
        ["开具时间", _minute(content["made_at"])],
        ["有效期至", content["expires_on"]],
    ]


def _section(section: Content) -> dict[str, Any]:
    return {
        "name": section["name"],
        "finding": section["finding"],
        **_records(section["records"]),
    }


def _records(records: Sequence[Content]) -> dict[str, Any]:
    """Return few records of a kind one by one, many as one table of the kind."""
    kinds: dict[str, list[Content]] = {}
    for record in records:
        kinds.setdefault(record["name"], []).append(record)
    return {
        "records": [
            _record(record) for found in kinds.values() if len(found) <= FEW for record in found
        ],
        "tables": [_table(name, found) for name, found in kinds.items() if len(found) > FEW],
    }


def _table(name: str, records: Sequence[Content]) -> dict[str, Any]:
    return {
        "name": f"{name}（{len(records)} 条）",
        "basis": f"依据：{records[0]['legal_basis']}",
        "head": ["日期", "内容", "来源、归集日期和批次"],
        "rows": [
            [
                record["occurred_on"] + (MARK if record["under_objection"] else ""),
                "；".join(f"{each['label']}：{each['value']}" for each in record["fields"]),
                f"{record['source']}\n{record['collected_on']}  {record['batch'] or ''}".strip(),
            ]
            for record in records
        ],
    }


def _department(department: Content) -> dict[str, Any]:
    lines = department["searched"]
    is_short = department["finding"] == "records" and not department["is_whole"]
    return {
        "name": department["name"],
        "finding": department["finding_name"],
        "is_clean": department["finding"] == "none",
        "note": "部分信息类别数据不足，不能替代证明。" if is_short else "",
        "head": ["查询的信息类别", "来源和最近归集日期", "结论"],
        "rows": [[line["name"], _sources(line), _conclusion(line)] for line in lines],
        **_records(department["records"]),
    }


def _sources(line: Content) -> str:
    named = [f"{each['name']}（{each['collected_on']}）" for each in line["sources"]]
    return "、".join(named) or "没有来源"


def _conclusion(line: Content) -> str:
    words = line["finding_name"]
    if line["count"]:
        words = f"{words} {line['count']} 条"
    return f"{words}（{'；'.join(line['faults'])}）" if line["faults"] else words


def _record(record: Content) -> dict[str, Any]:
    mark = MARK if record["under_objection"] else ""
    source = f"来源：{record['source']}；归集于 {record['collected_on']}"
    if record["batch"]:
        source += f"；批次 {record['batch']}"
    ends = f"；截止 {record['ends_on']}" if record["ends_on"] else ""
    return {
        "title": f"{record['occurred_on']}  {record['name']}{mark}",
        "source": f"{source}{ends}",
        "basis": f"依据：{record['legal_basis']}",
        "rows": [[each["label"], each["value"]] for each in record["fields"]],
    }


def _scope(content: Content) -> dict[str, Any]:
    lines = content.get("scope", ())
    has_counts = any(line["count"] is not None for line in lines)
    return {
        "heading": "查询范围",
        "head": ["信息类别", "主管部门", "最近归集日期", *(["条数"] if has_counts else [])],
        "rows": [
            [
                line["name"],
                line["department"],
                line["collected_on"] or "数据不足：没有归集",
                *([str(line["count"]) if line["collected_on"] else NONE] if has_counts else []),
            ]
            for line in lines
        ],
    }


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")
