"""Rules of loan applications; pure, each returning all that is wrong."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xinyidai.catalogue.refusals import LONGEST_NOTE
from xinyidai.kernel.money import format_wan
from xinyidai.kernel.working_days import add_working_days

VERSION = "2026.2"
LONGEST_TERM_MONTHS = 360
DEFAULT_PROMISE_DAYS = 10  # working days, the «四有» promise
TIMEOUT_DAYS = 3  # working days after the promised day, then what no bank accepted is timed out
OFFER_DAYS = 10  # working days that a firm has for a counter-offer unless the bank gives more
FEWEST_OFFER_DAYS = 3  # working days that a bank must leave to the firm
LONGEST_OFFER_DAYS = 60
AFTER_REFUSAL_DAYS = 3  # working days for the bank once the firm refused its counter-offer
# Calendar days without a step, after which nobody is taken to wait any more.
DRAFT_DAYS = 90
RETURNED_DAYS = 30
APPROVED_DAYS = 90


@dataclass(frozen=True)
class Wanted:
    """What the firm asks for; amount in 分, term in months."""

    amount_fen: int
    term_months: int
    loan_purpose: str
    contact_name: str
    contact_phone: str


@dataclass(frozen=True)
class Limits:
    """What the product gives; None where the product names no limit. Amounts in 分."""

    amount_min_fen: int | None
    amount_max_fen: int | None
    term_min_months: int | None
    term_max_months: int | None


@dataclass(frozen=True)
class Terms:
    """What a bank grants; amount in 分, rate as a decimal fraction a year, term in months."""

    amount_fen: int
    rate: Decimal
    term_months: int


def faults(wanted: Wanted, limits: Limits) -> dict[str, str]:
    """Return a Chinese sentence for each field that keeps the application from being submitted."""
    found = _amount_faults(wanted.amount_fen, limits) | _term_faults(wanted.term_months, limits)
    if not wanted.loan_purpose.strip():
        found["loan_purpose"] = "请写明贷款用途，例如“采购原材料”。"
    elif len(wanted.loan_purpose) > LONGEST_NOTE:
        found["loan_purpose"] = f"贷款用途最多 {LONGEST_NOTE} 个字。"
    if not wanted.contact_name.strip():
        found["contact_name"] = "请填写联系人姓名。"
    if not _is_phone(wanted.contact_phone):
        found["contact_phone"] = "请填写 11 位手机号，或带区号的座机号。"
    return found


def _amount_faults(amount_fen: int, limits: Limits) -> dict[str, str]:
    if amount_fen <= 0:
        return {"amount": "申请金额要大于 0。"}
    if limits.amount_min_fen is not None and amount_fen < limits.amount_min_fen:
        return {"amount": f"这款产品最低 {format_wan(limits.amount_min_fen)}。"}
    if limits.amount_max_fen is not None and amount_fen > limits.amount_max_fen:
        return {"amount": f"这款产品最高 {format_wan(limits.amount_max_fen)}。"}
    return {}


def _term_faults(term_months: int, limits: Limits) -> dict[str, str]:
    longest = limits.term_max_months or LONGEST_TERM_MONTHS
    shortest = limits.term_min_months or 1
    if not shortest <= term_months <= longest:
        return {"term_months": f"这款产品的期限是 {shortest} 到 {longest} 个月。"}
    return {}


def _is_phone(text: str) -> bool:
    digits = text.replace("-", "").strip()
    return digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 12  # noqa: PLR2004


def grant_faults(terms: Terms, applied_fen: int, limits: Limits) -> dict[str, str]:
    """Check what a bank grants: not more than was asked for, within the product, a sane rate."""
    found = _term_faults(terms.term_months, limits)
    if not 0 < terms.amount_fen <= applied_fen:
        found["amount"] = f"授信金额要大于 0,且不超过申请金额 {format_wan(applied_fen)}。"
    if not Decimal(0) < terms.rate < Decimal("0.36"):
        found["rate"] = "年利率要大于 0 且低于 36%,请检查是否填成了百分数以外的单位。"
    return found


def promised_on(today: date, product_days: int | None, priority_days: int | None) -> date:
    """Return the day by which the bank answers: its own promise, or the list's if that is sooner.

    All counts are working days; None where the bank, or no list, promises anything.
    """
    days = product_days or DEFAULT_PROMISE_DAYS
    return add_working_days(today, days if priority_days is None else min(days, priority_days))


def is_timed_out(promised: date, today: date) -> bool:
    """Tell whether an application that nobody accepted has waited too long, 超时转派."""
    return add_working_days(promised, TIMEOUT_DAYS) < today


def offer_faults(until: date, today: date) -> dict[str, str]:
    """Check that a counter-offer leaves the firm time, and does not stand for ever."""
    earliest = add_working_days(today, FEWEST_OFFER_DAYS)
    if not earliest <= until <= today + timedelta(days=LONGEST_OFFER_DAYS):
        words = f"有效期至少 {FEWEST_OFFER_DAYS} 个工作日、最多 {LONGEST_OFFER_DAYS} 天"
        return {"offer_until": f"{words}，最早可填 {earliest:%Y-%m-%d}。"}
    return {}


def note_faults(note: str) -> dict[str, str]:
    """Check the bank's words to the firm beside a counter-offer."""
    if not note.strip():
        return {"note": "请写明为什么不能按申请的条件办理，企业会看到。"}
    if len(note) > LONGEST_NOTE:
        return {"note": f"说明最多 {LONGEST_NOTE} 个字。"}
    return {}
