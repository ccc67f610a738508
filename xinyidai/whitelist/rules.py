"""Rules of whitelists: ticks with evidence, the automatic check, publicity, term; pure."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.catalogue.list_types import LIST_TYPES, ListType
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.working_days import add_working_days
from xinyidai.whitelist.values import EntryAction

VERSION = "2026.1"
LONGEST_BASIS = 2000
LONGEST_REASON = 500
MONTHS_A_YEAR = 12
TAG_PREFIX = "whitelist:"


class CheckOutcome(StrEnum):
    """What the automatic check says of one fact, 核查结果."""

    MET = "met"  # 符合
    UNMET = "unmet"  # 不符合
    INSUFFICIENT = "insufficient"  # 数据不足


OUTCOME_NAMES: Mapping[CheckOutcome, str] = {
    CheckOutcome.MET: "符合",
    CheckOutcome.UNMET: "不符合",
    CheckOutcome.INSUFFICIENT: "数据不足",
}
STATUS_NAMES: Mapping[RegistrationStatus, str] = {
    RegistrationStatus.ACTIVE: "存续",
    RegistrationStatus.CANCELLED: "注销",
    RegistrationStatus.REVOKED: "吊销",
    RegistrationStatus.MOVED_OUT: "迁出",
    RegistrationStatus.UNKNOWN: "未知",
}


@dataclass(frozen=True)
class FirmFacts:
    """What the automatic check reads; `namesakes` are other firms of the same normal name."""

    status: RegistrationStatus
    code_invented: bool
    namesakes: int
    live_entries: int


@dataclass(frozen=True)
class CheckedFact:
    """One fact of the automatic check with its outcome and the words that explain it."""

    code: str
    name: str
    outcome: CheckOutcome
    text: str

    def as_json(self) -> dict[str, str]:
        """Return what is stored of the fact."""
        return {
            "code": self.code,
            "name": self.name,
            "outcome": self.outcome.value,
            "outcome_name": OUTCOME_NAMES[self.outcome],
            "text": self.text,
        }


def nomination_faults(
    list_type: ListType, basis: str, evidence: Mapping[str, str]
) -> dict[str, str]:
    """Return a Chinese sentence for each bad field of a nomination."""
    found = tick_faults(list_type, evidence)
    if not 1 <= len(basis.strip()) <= LONGEST_BASIS:
        found["basis"] = f"请写明入选依据，不超过 {LONGEST_BASIS} 字。"
    return found


def tick_faults(list_type: ListType, evidence: Mapping[str, str]) -> dict[str, str]:
    """Check that every tick is a standard of the list and names its evidence."""
    known = {standard.code: standard.name for standard in list_type.standards}
    found = {}
    for code, words in evidence.items():
        if code not in known:
            found[f"standard_{code}"] = f"{list_type.name}没有这条标准，请从清单里选。"
        elif not 1 <= len(words.strip()) <= LONGEST_REASON:
            found[f"standard_{code}"] = (
                f"勾选“{known[code]}”时请写明依据，不超过 {LONGEST_REASON} 字。"
            )
    return found


def reason_faults(reason: str) -> dict[str, str]:
    """Check that a step which takes something away says why."""
    if 1 <= len(reason.strip()) <= LONGEST_REASON:
        return {}
    return {"reason": f"请写明原因，不超过 {LONGEST_REASON} 字。"}


def standards_not_ticked(list_type: ListType, standards: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of all standards that nobody has ticked with evidence."""
    return tuple(s.name for s in list_type.standards if s.code not in standards)


def check(facts: FirmFacts) -> tuple[CheckedFact, ...]:
    """Check what the platform knows without any consent: registration and duplicates, 自动核查."""
    return (_registration(facts), _code(facts), _namesakes(facts), _twin_entries(facts))


def dishonesty(*, is_serious: bool, is_insufficient: bool, number: str) -> CheckedFact:
    """Return the fact of the joint check 联合奖惩核查; a list of serious dishonesty is a hard stop.

    It says which check to look at, and nothing that would have to go when a record is repaired.
    """
    name = "严重失信主体名单"
    if is_serious:
        text = f"在严重失信主体名单内，详见核查 {number}"
        return CheckedFact("serious_dishonesty", name, CheckOutcome.UNMET, text)
    if is_insufficient:
        text = f"名单数据不足，详见核查 {number}，请另行核实"
        return CheckedFact("serious_dishonesty", name, CheckOutcome.INSUFFICIENT, text)
    text = f"不在严重失信主体名单内（核查 {number}）"
    return CheckedFact("serious_dishonesty", name, CheckOutcome.MET, text)


def unmet(checked: Sequence[CheckedFact]) -> tuple[CheckedFact, ...]:
    """Return the facts that keep a firm off a list; 数据不足 is left to the people who decide."""
    return tuple(fact for fact in checked if fact.outcome is CheckOutcome.UNMET)


def _registration(facts: FirmFacts) -> CheckedFact:
    outcomes = {
        RegistrationStatus.ACTIVE: CheckOutcome.MET,
        RegistrationStatus.UNKNOWN: CheckOutcome.INSUFFICIENT,
    }
    outcome = outcomes.get(facts.status, CheckOutcome.UNMET)
    text = f"登记状态为{STATUS_NAMES[facts.status]}"
    return CheckedFact("registration_status", "登记状态", outcome, text)


def _code(facts: FirmFacts) -> CheckedFact:
    if facts.code_invented:
        text = "来源数据没有统一社会信用代码，无法与登记库核对"
        return CheckedFact("code", "统一社会信用代码", CheckOutcome.INSUFFICIENT, text)
    return CheckedFact("code", "统一社会信用代码", CheckOutcome.MET, "代码可与登记库核对")


def _namesakes(facts: FirmFacts) -> CheckedFact:
    if facts.namesakes:
        text = f"另有 {facts.namesakes} 家同名企业，请核对代码是否推荐对了"
        return CheckedFact("namesakes", "重名", CheckOutcome.INSUFFICIENT, text)
    return CheckedFact("namesakes", "重名", CheckOutcome.MET, "没有同名企业")


def _twin_entries(facts: FirmFacts) -> CheckedFact:
    if facts.live_entries:
        text = "这家企业在同一名单里已有一条未移出的记录"
        return CheckedFact("duplicate_entry", "重复推荐", CheckOutcome.UNMET, text)
    return CheckedFact("duplicate_entry", "重复推荐", CheckOutcome.MET, "没有重复推荐")


def publicity_ends_on(publicised_on: date, publicity_days: int) -> date:
    """Return the last day of publicity, 公示期, in working days.

    The day of publication counts when offices work on it, so the last day is inclusive.
    """
    return add_working_days(publicised_on - timedelta(days=1), publicity_days)


def ends_on(listed_on: date, valid_months: int) -> date:
    """Return the day from which a listed firm is no longer a current member, 有效期止."""
    years, month = divmod(
        listed_on.year * MONTHS_A_YEAR + listed_on.month - 1 + valid_months, MONTHS_A_YEAR
    )
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(listed_on.day, last))


@dataclass(frozen=True)
class MembershipStep:
    """One step by which a firm came on a list, or went off it, with its moment."""

    entry_id: UUID
    list_type: str
    action: EntryAction
    taken_at: datetime


def lists_on(steps: Sequence[MembershipStep], day: date) -> frozenset[str]:
    """Return the codes of the lists a firm was a current member of at the end of a past day.

    `steps` are all of the firm, oldest first. As today: listed and not suspended, and the term
    that began with its listing has not run out.
    """
    listed_on: dict[UUID, date] = {}
    newest: dict[UUID, MembershipStep] = {}
    for step in steps:
        on = step.taken_at.astimezone(clock.TZ).date()
        if on > day:
            break
        newest[step.entry_id] = step
        if step.action is EntryAction.LIST:
            listed_on[step.entry_id] = on
    return frozenset(
        step.list_type
        for entry, step in newest.items()
        if step.action in {EntryAction.LIST, EntryAction.RESUME}
        and ends_on(listed_on[entry], LIST_TYPES[step.list_type].valid_months) > day
    )


def tag(list_type: str) -> str:
    """Return the tag by which products ask for members of a list, `whitelist:<code>`."""
    return f"{TAG_PREFIX}{list_type}"
