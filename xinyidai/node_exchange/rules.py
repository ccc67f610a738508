"""Rules of links and lines, pure: papers, addresses, kinds that may be exchanged, pauses."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from xinyidai.catalogue.kinds import KINDS, OpenAttribute
from xinyidai.catalogue.values import RecordKind
from xinyidai.credit_records.values import RecordStatus
from xinyidai.node_exchange.values import NodePlan, RowFault, Way

CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
KIND_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Only encrypted, or on this machine itself: packages carry firms' records.
ADDRESS = re.compile(r"(https://[^\s/]+|http://(127\.0\.0\.1|localhost)(:\d{1,5})?)(/[^\s]*)?")
LONGEST_NAME = 200
LONGEST_FIRM = 160
LONGEST_KEY = 500
LONGEST_SOURCE = 100
LONGEST_WORDS = 1000
PLAIN = re.compile(r"[^\x00-\x1f\x7f]+")
PAUSES = (60, 300, 900, 3600, 4 * 3600)  # seconds before the second, third, … attempt
MOST_ATTEMPTS = len(PAUSES) + 1
WARN_DAYS = 30
SILENT_HOURS = 1
LINE_KEYS = {"uscc", "name", "kind", "source", "key", "on", "status", "fields"}
PAPERS = {
    "security_assessed_on": "安全评估日期",
    "agreement_on": "协议签订日期",
    "data_list_on": "数据清单确认日期",
    "expires_on": "有效期",
}
# How a record ends here when it ended there; one that was replaced there has gone there too.
ENDINGS: Mapping[str, RecordStatus] = {
    "superseded": RecordStatus.WITHDRAWN,
    "corrected": RecordStatus.CORRECTED,
    "withdrawn": RecordStatus.WITHDRAWN,
    "repaired": RecordStatus.REPAIRED,
}
IN_FORCE = RecordStatus.IN_FORCE.value
STATUSES = (IN_FORCE, *ENDINGS)


def plan_faults(plan: NodePlan, own_code: str | None) -> dict[str, str]:
    """Return what is wrong with a plan, by field; the public key is checked by the service."""
    faults = {}
    if not CODE.fullmatch(plan.code):
        faults["code"] = "节点代码用小写字母开头，只含小写字母、数字和横线，2 到 31 位"
    if plan.code == own_code:
        faults["code"] = "这是本节点自己的代码"
    if not 1 <= len(plan.name.strip()) <= LONGEST_NAME:
        faults["name"] = "请填写节点名称"
    if plan.base_url is not None and not ADDRESS.fullmatch(plan.base_url):
        faults["base_url"] = "接口地址要以 https:// 开头"
    if plan.pulls and plan.base_url is None:
        faults["base_url"] = "主动拉取需要对方的接口地址"
    if not plan.legal_basis.strip() or len(plan.legal_basis) > LONGEST_WORDS:
        faults["legal_basis"] = "请写明依据（文件名称或条款）"
    if not plan.agreement_no.strip() or len(plan.agreement_no) > LONGEST_NAME:
        faults["agreement_no"] = "请填写协议编号"
    return faults | flow_faults(plan)


def flow_faults(plan: NodePlan) -> dict[str, str]:
    """Return what is wrong with the kinds of a plan, as one sentence."""
    if not plan.flows:
        return {"flows": "请至少填写一类要交换的信息"}
    seen: set[tuple[Way, str]] = set()
    for flow in plan.flows:
        why = kind_fault(flow.kind, allows_government=plan.allows_government)
        if why:
            return {"flows": why}
        if not KIND_CODE.fullmatch(flow.remote_kind):
            return {"flows": f"对方目录代码“{flow.remote_kind}”不规范"}
        if (flow.way, flow.remote_kind) in seen:
            return {"flows": f"“{flow.remote_kind}”写了两次"}
        seen.add((flow.way, flow.remote_kind))
    return {}


def kind_fault(code: str, *, allows_government: bool) -> str | None:
    """Return why a kind may not be exchanged on a link, or None."""
    kind = KINDS.get(code)
    if kind is None:
        return f"目录中没有信息类别“{code}”"
    if kind.open_attribute is OpenAttribute.AUTHORIZED:
        return f"“{kind.name}”须企业授权才能查询，不能在节点间交换"
    if kind.open_attribute is OpenAttribute.GOVERNMENT and not allows_government:
        return f"“{kind.name}”属政务共享，协议没有约定政务共享就不能交换"
    if needs_person(kind):
        return f"“{kind.name}”离不开个人信息，不能在节点间交换"
    return None


def needs_person(kind: RecordKind) -> bool:
    """Tell whether a record of the kind says nothing without data about a person."""
    return any(field.personal and field.required for field in kind.fields)


def paper_faults(papers: Mapping[str, date | None], today: date) -> dict[str, str]:
    """Return which papers of the accession checklist are missing or over, 接入清单."""
    faults = {name: f"缺少{words}" for name, words in PAPERS.items() if papers[name] is None}
    for name, words in PAPERS.items():
        day = papers[name]
        if name != "expires_on" and day is not None and day > today:
            faults[name] = f"{words}不能晚于今天"
    ends = papers["expires_on"]
    if ends is not None and ends < today:
        faults["expires_on"] = "协议已经到期，请续签后填写新的有效期"
    return faults


def is_ending(ends: date | None, today: date) -> bool:
    """Tell whether an agreement ends within the days in which the office is warned."""
    return ends is not None and ends - today <= timedelta(days=WARN_DAYS)


def pause_after(attempts: int) -> int | None:
    """Return the seconds before the next attempt, or None when there is none."""
    return PAUSES[attempts - 1] if attempts < MOST_ATTEMPTS else None


def line_faults(line: Mapping[str, Any], remote_kind: str) -> tuple[str, str] | None:
    """Return field and sentence of the first thing wrong with a line's frame, or None."""
    if set(line) != LINE_KEYS:
        return "line", "这一行的字段不是约定的八项"
    name, code, fields = line["name"], line["uscc"], line["fields"]
    is_object = isinstance(fields, dict)
    checks = (
        (_is_plain(line["source"], LONGEST_SOURCE), "source", "来源为空、太长或含有不可见字符"),
        (_is_plain(line["key"], LONGEST_KEY), "key", "主键为空、太长或含有不可见字符"),
        (line["kind"] == remote_kind, "kind", "类别与所在文件不一致"),
        (line["status"] in STATUSES, "status", "没有这种信息状态"),
        (name is None or _is_plain(name, LONGEST_FIRM), "name", "企业名称不规范"),
        (code is None or _is_plain(code, LONGEST_SOURCE), "uscc", "企业代码不规范"),
        (name is not None or code is not None, "uscc", "没有企业代码也没有企业名称"),
        (is_object, "fields", "应是目录字段组成的对象"),
        (is_object and _are_texts(fields), "fields", "字段的值应写成文字"),
    )
    return next(((where, words) for is_sound, where, words in checks if not is_sound), None)


def twin_faults(file: str, keys: Iterable[tuple[int, tuple[str, ...]]]) -> dict[int, RowFault]:
    """Return the lines that name a record once more than once; nobody knows which one counts."""
    lines: dict[tuple[str, ...], list[int]] = {}
    for number, key in keys:
        lines.setdefault(key, []).append(number)
    return {
        number: RowFault(file, number, "key", "同一条信息在包里出现了多次，请只留一行")
        for numbers in lines.values()
        if len(numbers) > 1
        for number in numbers
    }


def _are_texts(fields: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for value in fields.values())


def _is_plain(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and bool(PLAIN.fullmatch(value))
