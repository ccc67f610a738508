"""The form that drafts a purpose template, 用途模板: what was typed, and what is wrong with it.

The catalogue is the outer bound; each field that goes beyond it is told so at the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import ConsentMode, Purpose, as_content

MOST_DIGITS = 5
LONGEST_TEXT = 500
Content = dict[str, Any]


@dataclass(frozen=True)
class Cap:
    """One number of the caps with the default that belongs to it; `default` is its field's name.

    Only for a number that the catalogue leaves open may be left empty.
    """

    name: str
    label: str
    unit: str
    default: str
    default_label: str


CAPS = (
    Cap("max_valid_days", "有效期最长", "天", "valid_days", "默认有效期"),
    Cap("max_range_months", "最多查询最近", "个月", "range_months", "默认查询最近"),
    Cap("max_uses", "总次数最多", "次", "uses", "默认次数"),
    Cap("max_per_month", "每月最多", "次", "per_month", "默认每月次数"),
    Cap("max_data_life_days", "查询结果最长保存", "天", "data_life_days", "默认保存"),
)
TICKED = {"modes": "允许的使用方式", "items": "允许查询的信息"}
# Defaults that need not be named: no number means no bound of its own.
OPTIONAL_DEFAULTS = frozenset({"per_month"})


@dataclass
class Answers:
    """What stands in the form, read; `faults` are Chinese sentences by field."""

    content: Content
    note: str
    faults: dict[str, str] = field(default_factory=dict)


def values_of(content: Content) -> dict[str, str]:
    """Return a template's content as the fields show it."""
    caps, defaults = content["caps"], content["defaults"]
    numbers = {cap.name: caps[cap.name] for cap in CAPS}
    given = {f"default_{cap.default}": defaults[cap.default] for cap in CAPS}
    shown = {name: "" if value is None else str(value) for name, value in (numbers | given).items()}
    return shown | {"text": content["text"], "default_mode": defaults["mode"], "note": ""}


def lists_of(content: Content) -> dict[str, Sequence[str]]:
    """Return what is ticked in a template's content."""
    return {
        "modes": content["caps"]["modes"],
        "items": content["caps"]["items"],
        "default_items": content["defaults"]["items"],
    }


def read(form: MultiDict[str, str], shipped: Purpose, before: Content) -> Answers:
    """Read the form; `before` is the content in force, which a new version must differ from."""
    answers = Answers({}, form.get("note", "").strip())
    caps, defaults = _caps(form, shipped, answers), _defaults(form, answers)
    answers.content = {"text": form.get("text", "").strip(), "caps": caps, "defaults": defaults}
    _check_text(answers)
    _check_defaults(answers)
    if not answers.faults and _normal(answers.content) == _normal(before):
        answers.faults["note"] = "和现行版本没有区别，不需要起草新版本。"
    return answers


def _caps(form: MultiDict[str, str], shipped: Purpose, answers: Answers) -> Content:
    bounds = as_content(shipped)["caps"]
    caps: Content = {}
    for cap in CAPS:
        most = bounds[cap.name]
        caps[cap.name] = _number(form, cap.name, cap.label, answers, optional=most is None)
        if most is not None and (caps[cap.name] or 0) > most:
            answers.faults[cap.name] = f"{cap.label}：目录规定最多 {most} {cap.unit}。"
    caps["modes"] = _ticked(form, "modes", bounds["modes"], answers)
    caps["items"] = _ticked(form, "items", bounds["items"], answers)
    return caps


def _defaults(form: MultiDict[str, str], answers: Answers) -> Content:
    defaults: Content = {
        cap.default: _number(
            form,
            f"default_{cap.default}",
            cap.default_label,
            answers,
            optional=cap.default in OPTIONAL_DEFAULTS,
        )
        for cap in CAPS
    }
    defaults["mode"] = form.get("default_mode", "")
    known = [code for code in ITEMS if code in form.getlist("default_items")]
    defaults["items"] = known
    if not known:
        answers.faults["default_items"] = "默认查询的信息：请至少选择一项。"
    return defaults


def _check_text(answers: Answers) -> None:
    text = answers.content["text"]
    if not text:
        answers.faults["text"] = "请写明用途，企业会读到这段话。"
    elif len(text) > LONGEST_TEXT:
        answers.faults["text"] = f"最多 {LONGEST_TEXT} 个字。"
    if not answers.note:
        answers.faults["note"] = "请写明改了什么、为什么改，批准的人会看到。"
    elif len(answers.note) > LONGEST_TEXT:
        answers.faults["note"] = f"最多 {LONGEST_TEXT} 个字。"


def _check_defaults(answers: Answers) -> None:
    """Tell at its field each default that goes beyond the caps typed above it."""
    caps, defaults = answers.content["caps"], answers.content["defaults"]
    for cap in CAPS:
        most, value = caps[cap.name], defaults[cap.default]
        if most is not None and value is not None and value > most:
            fault = f"{cap.default_label}：不能超过上面的上限 {most} {cap.unit}。"
            answers.faults.setdefault(f"default_{cap.default}", fault)
    _check_monthly(answers)
    if defaults["mode"] not in caps["modes"]:
        answers.faults["default_mode"] = "默认使用方式：请从上面允许的使用方式里选择。"
    if not set(defaults["items"]) <= set(caps["items"]):
        answers.faults["default_items"] = "默认查询的信息：只能选择上面允许查询的信息。"


def _check_monthly(answers: Answers) -> None:
    most = answers.content["caps"]["max_per_month"]
    defaults = answers.content["defaults"]
    is_open = most is not None and defaults["per_month"] is None
    if is_open and (defaults["uses"] or 0) > most:
        fault = f"默认每月次数：默认次数多于每月上限时必须写明，最多 {most} 次。"
        answers.faults.setdefault("default_per_month", fault)


def _number(
    form: MultiDict[str, str], name: str, label: str, answers: Answers, *, optional: bool
) -> int | None:
    raw = form.get(name, "").strip()
    if not raw:
        if not optional:
            answers.faults[name] = f"{label}：请填写。"
        return None
    is_number = raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS
    if not is_number or int(raw) < 1:
        answers.faults[name] = f"{label}：请填写大于 0 的整数。"
        return None
    return int(raw)


def _ticked(
    form: MultiDict[str, str], name: str, allowed: Sequence[str], answers: Answers
) -> list[str]:
    chosen = set(form.getlist(name))
    if not chosen:
        answers.faults[name] = f"{TICKED[name]}：请至少选择一项。"
    elif not chosen <= set(allowed):
        answers.faults[name] = f"{TICKED[name]}：有的选项超出了目录的规定，请重新选择。"
    return sorted(chosen)


def _normal(content: Content) -> Content:
    """Return the content with the order of ticked items left out of account."""
    if not content:
        return {}
    defaults = content["defaults"] | {"items": sorted(content["defaults"]["items"])}
    return content | {"defaults": defaults}


def mode_codes(codes: Sequence[str]) -> list[ConsentMode]:
    """Return modes in the order of their list."""
    return [mode for mode in ConsentMode if mode.value in codes]


def with_errors(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, for the form shown again; a field not sent is empty."""
    names = [cap.name for cap in CAPS] + [f"default_{cap.default}" for cap in CAPS]
    return {name: form.get(name, "") for name in [*names, "text", "default_mode", "note"]}
