"""Rules of commitments, pure: what a template and a promise need."""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from xinyidai.catalogue.commitments import COMMITMENTS, PLACEHOLDER, placeholder_fault
from xinyidai.commitments.values import Promise, TemplateDraft

CODE = re.compile(r"[a-z][a-z0-9_]{2,63}")
SHORTEST_WORDS = 5
LONGEST_WORDS = 1000
SHORTEST_MATTER, LONGEST_MATTER = 2, 200
LONGEST_TITLE = 100
LONGEST_BODY = 4000
# A phone or identity number has no business in a text that everybody reads.
LONG_NUMBER = re.compile(r"\d{11,}")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def fill(body: str, values: Mapping[str, str]) -> str:
    """Return the text with every placeholder replaced; the values are taken as they are."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], body)


def template_faults(draft: TemplateDraft) -> dict[str, str]:
    """Return a sentence for each part of a template that is not sound."""
    faults = {}
    if not CODE.fullmatch(draft.code):
        faults["code"] = "模板代码用小写字母、数字和下划线，3 到 64 个字符。"
    if not SHORTEST_WORDS <= len(draft.title.strip()) <= LONGEST_TITLE:
        faults["title"] = f"标题要 {SHORTEST_WORDS} 到 {LONGEST_TITLE} 个字。"
    if not 0 < draft.term_days <= COMMITMENTS.longest_term_days:
        faults["term_days"] = f"履行期限要 1 到 {COMMITMENTS.longest_term_days} 天。"
    if fault := _body_fault(draft.body):
        faults["body"] = fault
    return faults


def _body_fault(body: str) -> str:
    if not body.strip():
        return "请填写承诺书正文。"
    if len(body) > LONGEST_BODY:
        return f"正文最多 {LONGEST_BODY} 个字。"
    return placeholder_fault(body)


def promise_faults(promise: Promise, term_days: int, today: date) -> dict[str, str]:
    """Return a sentence for each part of a promise that is not sound; the longest term counts."""
    faults = {}
    if not SHORTEST_MATTER <= len(promise.matter.strip()) <= LONGEST_MATTER:
        faults["matter"] = f"请写明为哪件事承诺，{SHORTEST_MATTER} 到 {LONGEST_MATTER} 个字。"
    elif LONG_NUMBER.search(promise.matter) or UNPRINTABLE.search(promise.matter):
        faults["matter"] = "承诺书向社会公开，请不要写手机号、身份证号等长串数字。"
    last = today + timedelta(days=term_days)
    if promise.due_on is None or not today < promise.due_on <= last:
        faults["due_on"] = (
            f"履行期限请选明天到 {last.year}年{last.month}月{last.day}日 之间的一天。"
        )
    if not promise.agreed:
        faults["agreed"] = "请阅读承诺书并勾选。"
    return faults


def words_faults(name: str, words: str, ask: str) -> dict[str, str]:
    """Return a sentence when words that must be given are too few or too many."""
    if len(words.strip()) < SHORTEST_WORDS:
        return {name: f"{ask}，至少 {SHORTEST_WORDS} 个字。"}
    if len(words) > LONGEST_WORDS:
        return {name: f"最多 {LONGEST_WORDS} 个字。"}
    return {}


def reminder_due(days_left: int, reminders: Collection[int]) -> int | None:
    """Return which reminder is due with so many days left, None when none is yet."""
    return next((days for days in sorted(reminders) if 0 <= days_left <= days), None)
