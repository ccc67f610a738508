"""What the pages of deliveries show: rows, facts, and the form of a proposal, 数据报送."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request, url_for

from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_records.values import Rejection
from xinyidai.deliveries import service
from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.queries import DeliveryRow
from xinyidai.deliveries.values import (
    CHANNEL_NAMES,
    CODE,
    NAME,
    RUNNING,
    Choice,
    DeliveryState,
)
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import Row, options
from xinyidai.web.office.data import kind_name

UNITS = ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))
HEADER = ("行号", "字段", "值（已脱敏）", "规则", "怎么办")
BYTE_ORDER_MARK = "\ufeff"
STATE_TONES: Mapping[DeliveryState, str] = {
    DeliveryState.AWAITING_MAPPING: "todo",
    DeliveryState.RECEIVED: "wait",
    DeliveryState.QUEUED: "wait",
    DeliveryState.COLLECTING: "wait",
    DeliveryState.COLLECTED: "ok",
    DeliveryState.PARTLY_REJECTED: "todo",
    DeliveryState.REFUSED: "stop",
    DeliveryState.FAILED: "error",
}
REGISTRATION = {"registration": "企业登记"}


def kind_words(code: str | None) -> str:
    """Return the Chinese name of a kind, the register among them; 待定 when not known yet."""
    return "类别待定" if code is None else REGISTRATION.get(code, kind_name(code))


def size_words(size: int) -> str:
    """Say a number of bytes as a clerk reads it."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} 字节"


def delivery_row(row: DeliveryRow) -> Row:
    """Return one line of a list of deliveries."""
    delivery = row.delivery
    return {
        "id": delivery.id,
        "file": delivery.file_name,
        "file_sub": f"{CHANNEL_NAMES[delivery.channel]} · {delivery.actor_name}",
        "department": row.department.name,
        "kind": kind_words(delivery.kind),
        "at": format_moment(delivery.received_at),
        "accepted": _count(delivery.rows_accepted),
        "unchanged": _count(delivery.rows_unchanged),
        "pending": _count(delivery.rows_pending),
        "rejected": _count(delivery.rows_rejected),
        "state": delivery.state.value,
        "tone": STATE_TONES[delivery.state],
    }


def delivery_facts(row: DeliveryRow) -> list[Row]:
    """Return what is known of one delivery."""
    delivery = row.delivery
    facts = [
        ("数据来源", f"{row.source.name}（{row.source.code}）"),
        ("信息类别", kind_words(delivery.kind)),
        ("渠道", CHANNEL_NAMES[delivery.channel]),
        ("经办", delivery.actor_name),
        ("收到时间", format_moment(delivery.received_at)),
        ("办结时间", format_moment(delivery.finished_at)),
        ("大小", size_words(delivery.size)),
        ("文件摘要（SHA-256）", delivery.sha256),
        ("归集批次", str(delivery.batch_id) if delivery.batch_id else "—"),
        ("原文件", "保存中" if delivery.stored else "已按期限删除，计数保留"),
    ]
    return [{"label": label, "value": value} for label, value in facts]


def delivery_counts(delivery: Delivery, place: str) -> list[Row]:
    """Return what became of the rows; each number leads to its list where there is one."""
    names = url_for("office.waiting_names") if place == "office" else ""
    rejected = "#rejections" if delivery.rows_rejected else ""
    return [
        {"value": _count(delivery.rows_total), "label": "报送", "unit": "行"},
        {"value": _count(delivery.rows_accepted), "label": "接收", "unit": "条"},
        {"value": _count(delivery.rows_unchanged), "label": "无变化", "unit": "条"},
        {"value": _count(delivery.rows_pending), "label": "待核名", "unit": "行", "href": names},
        {
            "value": _count(delivery.rows_rejected),
            "label": "退回",
            "unit": "行",
            "href": rejected,
            "tone": "todo" if delivery.rows_rejected else "",
        },
    ]


def rejection_row(rejection: Rejection) -> Row:
    """Return one rejected row as a line of a table."""
    return {
        "row": rejection.row_number,
        "field": rejection.field or "整行",
        "value": rejection.shown_value or "（空）",
        "rule": rejection.rule,
        "advice": rejection.advice,
    }


def rejection_file(rejections: Iterable[Rejection]) -> str:
    """Return rejected rows as CSV; the values were masked and made harmless when stored."""
    stream = io.StringIO()
    stream.write(BYTE_ORDER_MARK)
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    for each in rejections:
        writer.writerow((each.row_number, each.field, each.shown_value, each.rule, each.advice))
    return stream.getvalue()


def is_running(delivery: Delivery) -> bool:
    """Tell whether the page shows progress and asks again by itself."""
    return delivery.state in RUNNING


def proposal_form(
    proposal: Mapping[str, Any], kinds: Mapping[str, str], choice: Choice | None = None
) -> Row:
    """Return the form of a proposal: as the assistant has it, or as the clerk chose."""
    kind = choice.kind if choice else str(proposal["kind"])
    is_known = kind in kinds
    targets = choice.targets if choice else service.targets_of(proposal)
    return {
        "kind": kind if is_known else "",
        "kind_name": kinds.get(kind, ""),
        "foreign": "" if is_known else proposal.get("kind_name") or "",
        "confidence": _share(proposal["confidence"]),
        "why": "；".join(proposal["why"]),
        "rows": f"{proposal['rows']:,}",
        "form": _form_words(proposal),
        "missing": proposal["missing"],
        "kinds": options(kinds),
        "alternatives": [
            {"label": f"{each['kind_name']}（把握 {_share(each['confidence'])}）"}
            for each in proposal["alternatives"]
            if each["kind"] in kinds
        ],
        "targets": _target_options(kind) if is_known else [],
        "columns": [_column(*each) for each in zip(proposal["columns"], targets, strict=True)],
        "options": _option_rows(proposal, targets, kind, choice) if is_known else [],
        "by_name": choice.is_by_name if choice else proposal["by_name"],
        "day_first": choice.is_day_first if choice else proposal["day_first"],
    }


def typed_choice(proposal: Mapping[str, Any]) -> Choice:
    """Read what the clerk chose from the form."""
    said = request.form
    targets = tuple(said.get(f"target-{n}", "") for n in range(len(proposal["columns"])))
    kind = said.get("kind", "")
    strange = service.strange_options(proposal, targets, kind) if kind else {}
    chosen = {
        field: service.cleaned_options(
            {text: said.get(f"option-{field}-{n}", "") for n, text in enumerate(texts)}
        )
        for field, texts in strange.items()
    }
    return Choice(kind, targets, chosen, bool(said.get("by_name")), bool(said.get("day_first")))


def unasked_options(proposal: Mapping[str, Any], choice: Choice) -> bool:
    """Tell whether the clerk chose a field of options whose texts he has not been shown yet."""
    strange = service.strange_options(proposal, choice.targets, choice.kind)
    names = (f"option-{field}-{n}" for field, texts in strange.items() for n in range(len(texts)))
    return any(name not in request.form for name in names)


def _target_options(kind: str) -> list[dict[str, str]]:
    fixed = {CODE: "统一社会信用代码", NAME: "企业名称"}
    facts = {
        fact.code: fact.name + ("（必填）" if fact.required else "")
        for fact in service.fields_of(kind)
    }
    return options(fixed | facts)


def _column(entry: Mapping[str, Any], target: str) -> Row:
    is_sure = entry["field"] is not None
    return {
        "name": entry["column"],
        "place": entry["place"],
        "filled": _share(entry["filled"]),
        "samples": "、".join(entry["samples"]) or "（空）",
        "confidence": _share(entry["confidence"]) if is_sure else "—",
        "why": entry["why"],
        "target": target,
    }


def _option_rows(
    proposal: Mapping[str, Any], targets: Sequence[str], kind: str, choice: Choice | None
) -> list[Row]:
    fields = {fact.code: fact for fact in service.fields_of(kind)}
    rows = []
    for field, texts in service.strange_options(proposal, targets, kind).items():
        names = _option_names(kind, field) or {c: c for c in fields[field].values.values()}
        chosen = choice.options.get(field, {}) if choice else {}
        rows += [
            {
                "name": f"option-{field}-{n}",
                "label": f"{fields[field].name}：“{text}”是",
                "options": options(names),
                "value": chosen.get(text, ""),
            }
            for n, text in enumerate(texts)
        ]
    return rows


def _option_names(kind: str, field: str) -> Mapping[str, str]:
    """Return how the catalogue calls the options of a field; none for the register."""
    fields = KINDS[kind].fields if kind in KINDS else ()
    return next((each.values for each in fields if each.code == field), {})


def _form_words(proposal: Mapping[str, Any]) -> str:
    parts = [str(proposal["form"]).upper()]
    if proposal["encoding"]:
        parts.append(str(proposal["encoding"]).upper())
    if proposal["sheet"]:
        parts.append(f"工作表“{proposal['sheet']}”")
    if proposal["header_row"]:
        parts.append(f"表头在第 {proposal['header_row']} 行")
    if proposal["footer_rows"]:
        parts.append(f"末尾 {proposal['footer_rows']} 行是说明，不归集")
    return "，".join(parts)


def _share(number: float) -> str:
    return f"{float(number):.0%}"


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"
