# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""A year of loan applications in the invented city, each as far as its time had come by today."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np

from xinyidai.applications import service as applications
from xinyidai.applications.rules import DEFAULT_PROMISE_DAYS, Terms, Wanted
from xinyidai.applications.service import Draft, Payout
from xinyidai.applications.values import GuaranteeFlag
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.consents import service as consents
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id
from xinyidai.kernel.money import FEN_PER_WAN
from xinyidai.kernel.working_days import add_working_days, is_working_day
from xinyidai.matching.values import ProductMatch
from xinyidai.products.values import GuaranteeKind
from xinyidai.seeds.names import phone_number
from xinyidai.seeds.permissions import draft_for
from xinyidai.seeds.shelf import OnSale
from xinyidai.seeds.times import at
from xinyidai.seeds.wishes import PURPOSES
from xinyidai.seeds.world import Member, World

PRODUCTS_EACH = 4
RECENT = 40  # the last of them were sent in this week, so that banks have work to do
STEP_HOURS = 0.6
# How much of what a bank answers it answers late; one bank of the city is known for it.
USUALLY_LATE = 0.07
LATE = {"gongshang": 0.55}
ENDINGS = ("disbursed", "settled", "declined", "withdrawn", "returned", "waiting")
ENDING_SHARES = (0.42, 0.17, 0.22, 0.08, 0.05, 0.06)
DENIALS: tuple[tuple[str, float], ...] = (
    ("insufficient_turnover", 0.24),
    ("excessive_debt", 0.18),
    ("unclear_purpose", 0.16),
    ("insufficient_collateral", 0.12),
    ("amount_or_term", 0.1),
    ("credit_record", 0.08),
    ("industry_policy", 0.05),
    ("too_young", 0.04),
    ("unreachable", 0.03),
)
FLAGS = {
    GuaranteeKind.CREDIT: GuaranteeFlag.CREDIT,
    GuaranteeKind.GUARANTY: GuaranteeFlag.GUARANTEE,
    GuaranteeKind.MORTGAGE: GuaranteeFlag.MORTGAGE,
    GuaranteeKind.PLEDGE: GuaranteeFlag.PLEDGE,
    GuaranteeKind.IP_PLEDGE: GuaranteeFlag.PLEDGE,
    GuaranteeKind.RECEIVABLES_PLEDGE: GuaranteeFlag.PLEDGE,
}


@dataclass(frozen=True)
class Case:
    """One application to come: who wants what from whom, when, and how it is to end."""

    member: Member
    product: OnSale
    officer: Actor
    day: date
    ending: str
    amount_fen: int
    term_months: int
    rate: Decimal
    reasons: tuple[DenialGiven, ...]
    gaps: tuple[int, ...]
    is_first: bool
    answer_days: int = 1  # working days from sending to the answer
    is_late: bool = False


STILL_OPEN = frozenset({"waiting", "returned"})

Deed = Callable[[UUID, Case], object]


def lend(world: World, say: Callable[[str], None]) -> None:
    """Play all applications, in the order of their days."""
    count = 0
    for case in _cases(world):
        _play(world, case)
        count += 1
    say(f"  {count} 份贷款申请")


def _cases(world: World) -> list[Case]:
    rng = world.dice(4)
    by_id = {product.product_id: product for product in world.on_sale}
    pairs = [
        (member, by_id[match.product_id])
        for member in world.members[1:]
        for match in _picked(rng, world.fitting[member.place])
        if by_id[match.product_id].bank in world.cast.lenders
    ]
    cases = [_case(world, rng, member, product) for member, product in pairs]
    # The last ones were sent in during the last week.
    for place in range(max(0, len(cases) - RECENT), len(cases)):
        day = world.day - timedelta(days=1 + place % 9)
        cases[place] = replace(cases[place], day=max(day, cases[place].day))
    pace = world.dice(5)
    cases = [_paced(pace, case) for case in cases]
    # What still waits was sent in lately; a few are a day or two past the bank's promise.
    for place, case in enumerate(cases):
        if case.ending in STILL_OPEN:
            cases[place] = replace(case, day=max(_waiting_since(world, case, place), case.day))
    return list(_with_firsts(sorted(cases, key=lambda case: (case.day, case.member.place))))


def _paced(rng: np.random.Generator, case: Case) -> Case:
    """Give the case its bank's pace: nearly always within the promise, or mostly beyond it."""
    promise = _promise(case)
    is_late = rng.random() < LATE.get(case.product.bank, USUALLY_LATE)
    in_time = int(rng.integers((promise + 1) // 2, promise + 1))
    beyond = promise + int(rng.integers(1, 6))
    return replace(case, is_late=is_late, answer_days=beyond if is_late else in_time)


def _promise(case: Case) -> int:
    return case.product.facts.terms.promise_days or DEFAULT_PROMISE_DAYS


def _waiting_since(world: World, case: Case, place: int) -> date:
    """Return when what waits was sent in: within the promise yet, or a day or two before it."""
    promise = _promise(case)
    days = promise + 1 + place % 2 if case.is_late else place % promise
    day = world.day - timedelta(days=1)
    while days:
        day -= timedelta(days=1)
        days -= is_working_day(day)
    return day


def _picked(rng: np.random.Generator, found: Sequence[ProductMatch]) -> list[ProductMatch]:
    count = min(len(found), PRODUCTS_EACH)
    return [found[place] for place in rng.permutation(min(len(found), 9))[:count].tolist()]


def _case(world: World, rng: np.random.Generator, member: Member, product: OnSale) -> Case:
    terms = product.facts.terms
    officers = world.cast.officers_of(product.bank)
    since = (world.day - member.since.date()).days - 2
    codes, shares = zip(*DENIALS, strict=True)
    chosen = rng.choice(codes, int(rng.integers(1, 3)), replace=False, p=shares)
    low, high = terms.rate_min or Decimal(0), terms.rate_max or Decimal(0)
    return Case(
        member=member,
        product=product,
        officer=officers[0 if rng.random() < 0.7 else 1],
        day=world.day - timedelta(days=int(rng.integers(1, max(3, since)))),
        ending=str(rng.choice(ENDINGS, p=ENDING_SHARES)),
        amount_fen=_amount(world, rng, member, product),
        term_months=min(terms.term_max_months or 12, max(terms.term_min_months or 1, 12)),
        rate=(low + (high - low) * Decimal(str(round(rng.random(), 2)))).quantize(
            Decimal("0.0001")
        ),
        reasons=tuple(
            DenialGiven(
                str(code), "近期有未结清的逾期记录（演示）" if code == "credit_record" else ""
            )
            for code in chosen
        ),
        gaps=tuple(rng.integers(0, 4, 8).tolist()),
        is_first=False,
    )


def _amount(world: World, rng: np.random.Generator, member: Member, product: OnSale) -> int:
    terms = product.facts.terms
    wish = int(world.firms.sales_fen[member.place] * rng.uniform(0.05, 0.25))
    rounded = wish // (5 * FEN_PER_WAN) * 5 * FEN_PER_WAN
    return min(terms.amount_max_fen or rounded, max(terms.amount_min_fen or 0, rounded))


def _with_firsts(cases: Sequence[Case]) -> Iterator[Case]:
    """Mark each firm's first loan, 首贷."""
    served = set()
    for case in cases:
        lends = case.ending in {"disbursed", "settled"}
        yield replace(case, is_first=lends and case.member.place not in served)
        if lends:
            served.add(case.member.place)


def _play(world: World, case: Case) -> None:
    times = _times(case)
    with at(next(times)):
        if clock.now() > world.now:
            return
        application_id = _send_in(case)
    for deed, moment in zip(_deeds(case), times, strict=False):
        if moment > world.now:
            return
        with at(moment):
            deed(application_id, case)


def _times(case: Case) -> Iterator[datetime]:
    """Yield moments in office hours on working days, each later than the one before.

    The answer comes when the bank's pace says; what follows it takes the days it takes.
    """
    first = _working(case.day)
    answer = _answer_step(case)
    day = first
    for number, gap in enumerate((0, *case.gaps)):
        if number <= answer:
            day = add_working_days(first, case.answer_days * number // answer)
        else:
            is_end = number == len(case.gaps) and case.ending == "settled"
            day = _working(day + timedelta(days=120 if is_end else gap))
        yield datetime.combine(day, time(9), clock.TZ) + timedelta(hours=STEP_HOURS * number)


def _answer_step(case: Case) -> int:
    """Return which step is the bank's answer, or where the firm stops waiting for it."""
    return next(
        (
            number
            for number, deed in enumerate(_deeds(case), start=1)
            if deed in {_approve, _decline, _withdraw}
        ),
        len(case.gaps),
    )


def _working(day: date) -> date:
    """Return the day, or the next on which banks work."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _send_in(case: Case) -> UUID:
    """Write the draft, authorize the bank and submit; a tenth stay drafts."""
    facts, member = case.product.facts, case.member
    wanted = Wanted(
        amount_fen=case.amount_fen,
        term_months=case.term_months,
        loan_purpose=PURPOSES[member.place % len(PURPOSES)][1],
        contact_name=member.actor.name,
        contact_phone=phone_number(member.place),
    )
    draft = Draft(new_id(), case.product.product_id, wanted)
    application = applications.start_application(member.actor, draft)
    if case.ending == "waiting" and case.gaps[0] == 0:
        return application.id
    consent = consents.grant_directly(
        member.actor,
        [draft_for(member, application.institution_id, "pre_loan", items=facts.required_items)],
    )[0]
    applications.link_consent(member.actor, application.id, consent.id)
    applications.submit_application(member.actor, application.id)
    applications.deliver_submission(application.id)
    return application.id


def _deeds(case: Case) -> Sequence[Deed]:
    begun: list[Deed] = [_accept, _investigate, _hand_over]
    if case.ending == "waiting":
        return [_accept][: int(case.gaps[0] > 1)]
    if case.ending == "withdrawn":
        return [*begun[: case.gaps[1]], _withdraw]
    if case.ending == "returned":
        again: list[Deed] = [_send_again, _accept] if case.gaps[1] else []
        return [_accept, _return, *again]
    if case.ending == "declined":
        return [*begun[: 1 + case.gaps[1]], _decline]
    paid: list[Deed] = [*begun, _approve, _sign, _disburse]
    return [*paid, _settle] if case.ending == "settled" else paid


def _accept(application_id: UUID, case: Case) -> object:
    return applications.accept_application(case.officer, application_id)


def _investigate(application_id: UUID, case: Case) -> object:
    return applications.investigate_application(case.officer, application_id)


def _hand_over(application_id: UUID, case: Case) -> object:
    note = "已走访，经营正常，用途真实（演示）"
    return applications.send_to_approval(case.officer, application_id, note)


def _approve(application_id: UUID, case: Case) -> object:
    share = (10 - case.gaps[2] % 3) * case.amount_fen // 10
    low = case.product.facts.terms.amount_min_fen or FEN_PER_WAN
    amount = max(low, share // FEN_PER_WAN * FEN_PER_WAN)
    terms = Terms(min(amount, case.amount_fen), case.rate, case.term_months)
    return applications.approve_application(case.officer, application_id, terms)


def _sign(application_id: UUID, case: Case) -> object:
    return applications.sign_application(case.officer, application_id)


def _disburse(application_id: UUID, case: Case) -> object:
    granted = applications.get_application(case.officer, application_id).amount_approved_fen or 0
    payout = Payout(
        loan_no=f"YSJJ{application_id.hex[-12:].upper()}",
        amount_fen=granted,
        rate=case.rate,
        disbursed_on=clock.today(),
        due_on=clock.today() + timedelta(days=30 * case.term_months),
        guarantee=FLAGS.get(case.product.facts.terms.guarantee, GuaranteeFlag.MORTGAGE),
        is_first_loan=case.is_first,
        is_renewal=not case.is_first and case.gaps[3] == 0,
    )
    return applications.disburse_application(case.officer, application_id, payout)


def _settle(application_id: UUID, case: Case) -> object:
    return applications.settle_application(case.officer, application_id)


def _decline(application_id: UUID, case: Case) -> object:
    return applications.decline_application(case.officer, application_id, case.reasons)


def _withdraw(application_id: UUID, case: Case) -> object:
    return applications.withdraw_application(case.member.actor, application_id, "暂时不需要了")


def _return(application_id: UUID, case: Case) -> object:
    note = "请补充近六个月的银行流水和购销合同（演示）"
    return applications.return_application(case.officer, application_id, note)


def _send_again(application_id: UUID, case: Case) -> object:
    actor = case.member.actor
    submitted = applications.submit_application(actor, application_id)
    applications.deliver_submission(application_id)
    return submitted
