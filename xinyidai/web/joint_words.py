"""Joint models and results in words, for the pages of bank, office and firm."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from xinyidai.catalogue.indicators import Unit, indicator_dictionary
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import PURPOSES
from xinyidai.joint_results.models import JointModelVersion, JointRun
from xinyidai.joint_results.rules import FEWEST_RESULTS, FEWEST_SHOWN
from xinyidai.joint_results.service import LeftByDay
from xinyidai.joint_results.values import KIND_NAMES, RUN_NAMES, STATE_NAMES
from xinyidai.web.chrome import format_day, format_moment

Row = dict[str, Any]
HASH_SHOWN = 16
UNIT_WORDS: Mapping[Unit, str] = {
    Unit.AMOUNT: "分（1 万元填 1000000）",
    Unit.COUNT: "次或件",
    Unit.PEOPLE: "人",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
    Unit.RATIO: "比率，10% 填 0.1",
    Unit.KWH: "千瓦时",
    Unit.AREA: "平方米",
    Unit.MU: "亩",
    Unit.GRADE: "等级数，数值见指标字典",
    Unit.FLAG: "是填 1，否填 0",
}
FEW = f"不足 {FEWEST_SHOWN} 家"


def input_names(codes: Iterable[str]) -> str:
    """Return the names of indicators in one line."""
    known = indicator_dictionary().indicators
    return "、".join(known[code].name if code in known else code for code in codes)


def item_names(codes: Iterable[str]) -> str:
    """Return the names of authorization items in one line."""
    return "、".join(ITEMS[code].name for code in codes if code in ITEMS)


def bits_words(bits: float) -> str:
    """Return an upper bound of what results tell, as people can read it."""
    return f"至多 {bits:.1f} 比特"


def version_facts(version: JointModelVersion) -> list[Row]:
    """Return what a version is, line by line."""
    rows = [
        ("版本", f"{version.label}（{version.model.code}）"),
        ("模型类型", KIND_NAMES[version.kind]),
        ("授权用途", PURPOSES[version.purpose].name),
        ("给企业看的用途", version.plain_purpose),
        ("输入指标", input_names(version.inputs)),
        ("需要的授权数据项", item_names(version.items)),
        ("结果档（从好到差）", "、".join(version.band_names)),
        ("内容摘要", f"{version.content_hash[:HASH_SHOWN]}…"),
        ("上传", f"{format_moment(version.drafted_at)}（{version.drafted_by_name}）"),
        ("提交审核", format_moment(version.submitted_at) if version.submitted_at else ""),
        ("批准", _approved(version)),
        ("批准意见", version.approval_note or ""),
        ("启用", format_moment(version.activated_at) if version.activated_at else ""),
        ("停用", _retired(version)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def report_rows(report: Mapping[str, Any] | None) -> list[Row]:
    """Return what was counted of a version, check by check, with a verdict each."""
    if report is None:
        return []
    faults = list(report["faults"])
    rows = [_row("输入", "都在用途允许的数据项之内，都写明了数据不足时怎么办", is_fine=True)]
    if report["told"] is None:
        words = f"平台上可检查的企业只有 {report['firms']} 家，分布不足以判断，请从严审核"
        rows.append(_row("结果分布", words, is_fine=not faults))
    else:
        rows.append(_row("结果分布", _told(report), is_fine=not faults))
    rows.extend(_row("不能批准", fault, is_fine=False) for fault in faults)
    rows.append(_row("与以前版本的差异", _near(report), is_fine=not report["is_probe"]))
    return rows


def count_rows(bands: Iterable[str], counts: Mapping[str, int | None] | None) -> list[Row]:
    """Return counts from the best band to the worst, small ones hidden; empty without counts."""
    if counts is None:
        return []
    return [
        {"band": band, "firms": FEW if counts[band] is None else f"{counts[band]} 家"}
        for band in bands
    ]


def trial_inputs(codes: Iterable[str]) -> list[Row]:
    """Return each input with its name and unit, for a form that takes invented values."""
    known = indicator_dictionary().indicators
    return [
        {"code": code, "name": known[code].name, "hint": f"单位：{UNIT_WORDS[known[code].unit]}"}
        for code in codes
        if code in known
    ]


def weight_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return each input as the document declares it, for the reviewer's eyes."""
    return [
        {
            "name": input_names([entry["code"]]),
            "rule": _rule(entry),
            "missing": f"没有记录 {_number(entry['missing']['no_record'])}，"
            f"已过时 {_number(entry['missing']['stale'])}",
        }
        for entry in document["inputs"]
    ]


def cut_words(document: Mapping[str, Any]) -> str:
    """Return base, cut-offs and the size of the trees in one line, for the reviewer."""
    cuts = "，".join(
        f"{band['name']} ≥ {_number(band['from'])}" if "from" in band else f"其余 {band['name']}"
        for band in document["bands"]
    )
    trees = document.get("trees", [])
    nodes = sum(len(tree) for tree in trees)
    size = f"；{len(trees)} 棵树，共 {nodes} 个节点" if trees else ""
    return f"基础分 {_number(document['base'])}；{cuts}{size}"


def _rule(entry: Mapping[str, Any]) -> str:
    if "bins" in entry:
        parts = [
            f"低于 {_number(one['below'])}：{_number(one['points'])}"
            if "below" in one
            else f"其余：{_number(one['points'])}"
            for one in entry["bins"]
        ]
        return "；".join(parts)
    if "coefficient" in entry:
        bounds = f"{_number(entry['low'])} 到 {_number(entry['high'])}"
        return f"系数 {_number(entry['coefficient'])}，取值限于 {bounds}"
    return "由决策树使用"


def _number(value: float) -> str:
    """Return a number without an exponent."""
    return f"{Decimal(str(value)):f}"


NO_SPREAD = f"现在还能查看的结果少于 {FEWEST_RESULTS} 家，不给出分布。"


def version_row(version: JointModelVersion, url: Any, bank: str = "") -> Row:
    """Return one line of a list of versions."""
    return {
        "name": url,
        "name_sub": version.model.code,
        "bank": bank,
        "kind": KIND_NAMES[version.kind],
        "purpose": PURPOSES[version.purpose].name,
        "state": STATE_NAMES[version.state],
        "on": format_moment(version.submitted_at or version.drafted_at),
    }


def run_row(run: JointRun, url: Any) -> Row:
    """Return one line of a bank's list of runs."""
    is_over = run.finished_at is not None
    return {
        "at": url,
        "at_sub": run.actor_name,
        "model": run.version.label,
        "firms": f"{run.row_count} 家",
        "given": f"{run.given} 家" if is_over else RUN_NAMES[run.state],
    }


def left_row(left: LeftByDay, told_url: str) -> Row:
    """Return one line of the privacy log: what left, and never a band of a firm."""
    each = bits_words(left.bits / left.results)
    return {
        "on": format_day(left.on),
        "bank": left.bank,
        "model": left.version.label,
        "inputs": input_names(left.version.inputs),
        "results": Markup('<a href="{}">{} 家</a>').format(told_url, left.results),
        "runs": f"批量 {left.runs} 次" if left.runs else "逐户调用",
        "bits": bits_words(left.bits),
        "bits_sub": f"每家{each}",
    }


def _row(name: str, words: str, *, is_fine: bool) -> Row:
    return {"name": name, "words": words, "is_fine": is_fine}


def _told(report: Mapping[str, Any]) -> str:
    name = input_names([report["told_by"]])
    return (
        f"按平台上 {report['firms']} 家企业检查；最容易被看出的一项是“{name}”，"
        f"结果透露了它的 {report['told']:.0%}（超过 80% 不能批准）"
    )


def _near(report: Mapping[str, Any]) -> str:
    near, recent = report["near"], report["recent"]
    before = f"30 天内此前已提交 {recent} 个版本"
    if near is None:
        return f"没有以前的版本；{before}"
    places = "、".join(near["changed"][:8]) or "没有数值差异"
    more = "等" if near["count"] > len(near["changed"][:8]) else ""
    probe = "。差异很小，可能是用多个版本反推企业数据，请核实" if report["is_probe"] else ""
    return f"最接近“{near['label']}”，{near['count']} 处不同（{places}{more}）；{before}{probe}"


def _approved(version: JointModelVersion) -> str:
    if version.approved_at is None:
        return ""
    return f"{format_moment(version.approved_at)}（{version.approved_by_name}，平台已签名）"


def _retired(version: JointModelVersion) -> str:
    if version.retired_at is None:
        return ""
    return f"{format_moment(version.retired_at)}（{version.retired_reason}）"
