"""Rules of credit repair by Order 36, pure: the earliest day, and what an application needs."""

import re
from collections.abc import Mapping
from datetime import date

from xinyidai.catalogue.publicity import months_after
from xinyidai.catalogue.values import RepairRule
from xinyidai.repairs.values import RepairClaim

SHORTEST_WORDS = 5
LONGEST_WORDS = 1000
LONGEST_NAME = 50
RECEIPT = re.compile(r"[0-9A-Za-z\u4e00-\u9fff〔〕()（）_./-]{4,64}")


def earliest_on(rule: RepairRule, occurred_on: date) -> date:
    """Return the first day on which a repair may be applied for, 最短公示期满.

    The rule counts months as the calendar does: three of them are 89 to 92 days.
    """
    return months_after(occurred_on, rule.min_publicity_months)


def application_faults(claim: RepairClaim, earliest: date, today: date) -> dict[str, str]:
    """Return a sentence for each condition that is not met: period, duty, commitment."""
    faults = {}
    if today < earliest:
        faults["record"] = (
            f"最短公示期还没有满，{earliest.year}年{earliest.month}月{earliest.day}日 起可以申请。"
        )
    faults |= words_faults("duty_note", claim.duty_note, "请写明义务怎样履行、有什么凭证")
    if not claim.has_signed:
        faults["commitment"] = "请阅读并签署信用承诺。"
    if not 1 < len(claim.signed_name.strip()) <= LONGEST_NAME:
        faults["signed_name"] = "请填写签署人姓名。"
    return faults


def receipt_faults(receipt_no: str) -> Mapping[str, str]:
    """Return a sentence when this cannot be the number of a receipt."""
    if RECEIPT.fullmatch(receipt_no.strip()):
        return {}
    return {"receipt_no": "请填写“信用中国”的受理编号，4 到 64 个字，不含空格。"}


def words_faults(name: str, words: str, ask: str) -> dict[str, str]:
    """Return a sentence when words that must be given are too few or too many."""
    if len(words.strip()) < SHORTEST_WORDS:
        return {name: f"{ask}，至少 {SHORTEST_WORDS} 个字。"}
    if len(words) > LONGEST_WORDS:
        return {name: f"最多 {LONGEST_WORDS} 个字。"}
    return {}
