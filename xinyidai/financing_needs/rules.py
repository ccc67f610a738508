"""Rules of financing needs; pure."""

import re
from datetime import date, timedelta
from decimal import Decimal

from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.financing_needs.values import (
    MOST_BANKS,
    OPEN_DAYS,
    SAME_AMOUNT,
    SAME_TERM_MONTHS,
    NeedFacts,
)

LONGEST_TERM_MONTHS = 360
LONGEST_TEXT = 1000
HIGHEST_RATE = Decimal("0.36")
FEWEST_PHONE_DIGITS, MOST_PHONE_DIGITS = 10, 12
GONE = frozenset({RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED})
# A mobile number, a landline or an 18-place code would tell banks who writes.
TELLING = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[0-9A-HJ-NP-RT-UW-Y]{18}")


def faults(facts: NeedFacts, today: date, firm_name: str) -> dict[str, str]:
    """Return a Chinese sentence for each field with which the need cannot be kept."""
    return {**_number_faults(facts, today), **_text_faults(facts, firm_name)}


def _number_faults(facts: NeedFacts, today: date) -> dict[str, str]:
    found: dict[str, str] = {}
    if facts.wish.amount_fen is None or facts.wish.amount_fen <= 0:
        found["amount"] = "请填写想要的金额，须大于零。"
    if not 1 <= (facts.wish.term_months or 0) <= LONGEST_TERM_MONTHS:
        found["term_months"] = f"请填写期限，1 至 {LONGEST_TERM_MONTHS} 个月。"
    if facts.rate_max is not None and not 0 < facts.rate_max < HIGHEST_RATE:
        found["rate_max"] = "年利率要大于 0 且低于 36%，例如 4.5；没有要求请留空。"
    if facts.wanted_by is not None and facts.wanted_by < today:
        found["wanted_by"] = "用款日期不能早于今天。"
    if not 1 <= facts.most_banks <= MOST_BANKS:
        found["most_banks"] = f"同时对接的银行为 1 到 {MOST_BANKS} 家。"
    return found


def _text_faults(facts: NeedFacts, firm_name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not 1 <= len(facts.purpose_text.strip()) <= LONGEST_TEXT:
        found["purpose_text"] = f"请写明资金用途，不超过 {LONGEST_TEXT} 字。"
    if len(facts.preferences) > LONGEST_TEXT:
        found["preferences"] = f"其他要求不超过 {LONGEST_TEXT} 字。"
    for name, text in (("purpose_text", facts.purpose_text), ("preferences", facts.preferences)):
        if tells_who(text, firm_name):
            found[name] = "银行在您授权前就能看到这段话，请不要写企业名称、代码和电话。"
    phone = facts.contact_phone.replace("-", "").strip()
    right = phone.isascii() and phone.isdigit()
    if phone and not (right and FEWEST_PHONE_DIGITS <= len(phone) <= MOST_PHONE_DIGITS):
        found["contact_phone"] = "请填写 11 位手机号，或带区号的座机号。"
    return found


def tells_who(text: str, firm_name: str) -> bool:
    """Tell whether a text that banks see before an authorization names the firm or its phone."""
    return (bool(firm_name) and firm_name in text) or TELLING.search(text) is not None


def are_alike(one: NeedFacts, other: NeedFacts) -> bool:
    """Tell whether two needs are the same wish: purpose, amount and term are close."""
    larger = max(one.wish.amount_fen or 0, other.wish.amount_fen or 0)
    apart = abs((one.wish.amount_fen or 0) - (other.wish.amount_fen or 0))
    terms = abs((one.wish.term_months or 0) - (other.wish.term_months or 0))
    return (
        one.purpose is other.purpose and apart <= larger * SAME_AMOUNT and terms <= SAME_TERM_MONTHS
    )


def last_day(facts: NeedFacts, today: date) -> date:
    """Return the last day on which a need published today is offered."""
    longest = today + timedelta(days=OPEN_DAYS)
    return longest if facts.wanted_by is None else min(facts.wanted_by, longest)


def masked_name(name: str) -> str:
    """Return what a bank reads of a firm's name before it is authorized: the first character."""
    return f"{name[:1]}***企业"
