"""Applications that left the main road in the invented city, and whitelisted firms served first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update

from xinyidai.applications import queries
from xinyidai.applications import service as applications
from xinyidai.applications.rules import OFFER_DAYS, Limits, Terms, Wanted, faults
from xinyidai.applications.service import CounterOffer, Draft, NewHands, Resend
from xinyidai.consents import service as consents
from xinyidai.financing_needs import service as needs
from xinyidai.financing_needs.values import BankAnswers, NeedFacts, NeedPurpose
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.money import FEN_PER_WAN, Yuan
from xinyidai.kernel.working_days import add_working_days
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic
from xinyidai.products.values import Wish
from xinyidai.seeds.names import phone_number
from xinyidai.seeds.permissions import draft_for
from xinyidai.seeds.shelf import OnSale
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World
from xinyidai.whitelist.priority_queries import priorities_of

STORY_BANK = "yinhang"  # the bank whose officer signs in as 银行演示
MONTH = 30
OFFER_NOTE = "目前的流水支持不了申请的金额，可以先批一部分（演示）"


@dataclass(frozen=True)
class Sent:
    """An application that was sent in: whose, for which product, and who works on it."""

    id: UUID
    member: Member
    product: OnSale
    officer: Actor


def play(world: World) -> None:
    """Play each side road once or twice, then let the clock do its part."""
    ordinary, listed = _people(world)
    for road, days in ROADS:
        _play(world, ordinary, road, days)
    for days in (1, 3):  # on the work list, in time
        _play(world, listed, _accept, days, bank=STORY_BANK)
    _play(world, listed, _accept, 16, bank=STORY_BANK)  # answered late: the office is told
    _play(world, listed, _take, 12, bank=STORY_BANK)
    _serve_needs(world, listed)
    with at(world.now):
        applications.watch_applications(SYSTEM)
    _read_old_news(world)


def _read_old_news(world: World) -> None:
    """Let people have read what a year of applications told them, but for the last days."""
    told = (Topic.APPLICATION, Topic.APPLICATION_LATE)
    db.session.execute(
        update(Notification)
        .where(Notification.topic.in_(told), Notification.created_at < world.ago(4))
        .values(read_at=Notification.created_at + timedelta(hours=6))
    )


def _people(world: World) -> tuple[Iterator[Member], Iterator[Member]]:
    """Return firms that signed up a while ago: those on no list, and those that have priority."""
    settled = [m for m in world.members[1:] if m.since < world.ago(MONTH + 5)]
    firsts = priorities_of([member.enterprise_id for member in settled])
    ordinary = (m for m in settled if m.enterprise_id not in firsts)
    return ordinary, (m for m in settled if m.enterprise_id in firsts)


def _play(
    world: World,
    members: Iterator[Member],
    road: Callable[[World, Sent], None],
    days: int,
    *,
    bank: str = "",
) -> None:
    """Let the next firm that has a fitting product send it in, and take the road from there."""
    for member in members:
        product = next(_unused(world, member, bank), None)
        if product is not None and (road is not _go_elsewhere or _other(world, member, product)):
            with at(world.ago(days, 9)):
                sent = _send(world, member, product)
            with at(world.ago(max(days - 1, 0.5), 10)):
                road(world, sent)
            return


def _unused(world: World, member: Member, bank: str = "") -> Iterator[OnSale]:
    """Return the products that fit the firm and for which it never applied."""
    known = {row.application.product_id for row in queries.list_of_enterprise(member.enterprise_id)}
    by_id = {product.product_id: product for product in world.on_sale}
    fitting = (by_id[match.product_id] for match in world.fitting[member.place])
    return (
        product
        for product in fitting
        if product.bank in world.cast.lenders
        and product.product_id not in known
        and (not bank or product.bank == bank)
    )


def _other(world: World, member: Member, product: OnSale) -> OnSale | None:
    """Return another product that gives the amount and term asked of this one."""
    wanted = _wanted(member, product)
    others = (one for one in _unused(world, member) if one.product_id != product.product_id)
    return next((one for one in others if not faults(wanted, _limits(one))), None)


def _limits(product: OnSale) -> Limits:
    terms = product.facts.terms
    return Limits(
        amount_min_fen=terms.amount_min_fen,
        amount_max_fen=terms.amount_max_fen,
        term_min_months=terms.term_min_months,
        term_max_months=terms.term_max_months,
    )


def _wanted(member: Member, product: OnSale) -> Wanted:
    terms = product.facts.terms
    amount = max(terms.amount_min_fen or 0, min(50 * FEN_PER_WAN, terms.amount_max_fen or 0))
    months = min(terms.term_max_months or 12, max(terms.term_min_months or 1, 12))
    return Wanted(amount, months, "备货周转（演示）", member.actor.name, phone_number(member.place))


def _send(world: World, member: Member, product: OnSale) -> Sent:
    started = applications.start_application(
        member.actor, Draft(new_id(), product.product_id, _wanted(member, product))
    )
    asked = draft_for(
        member, started.institution_id, "pre_loan", items=product.facts.required_items
    )
    consent = consents.grant_directly(member.actor, [asked])[0]
    applications.link_consent(member.actor, started.id, consent.id)
    applications.submit_application(member.actor, started.id)
    applications.deliver_submission(started.id)
    return Sent(started.id, member, product, world.cast.officers_of(product.bank)[0])


def _leave(_world: World, _sent: Sent) -> None:
    """Let it lie: nobody accepts, and the clock times it out."""


def _accept(_world: World, sent: Sent) -> None:
    applications.accept_application(sent.officer, sent.id)


def _hand_over(world: World, sent: Sent) -> None:
    _accept(world, sent)
    colleague = world.cast.officers_of(sent.product.bank)[1]
    to = NewHands("经办人休假，交给同事继续办理（演示）", officer_id=colleague.account_id)
    applications.hand_over_application(sent.officer, sent.id, to)


def _offer(world: World, sent: Sent) -> None:
    """Offer half of what was asked, at the highest rate of the product."""
    _accept(world, sent)
    applications.send_to_approval(sent.officer, sent.id, "已走访，经营正常（演示）")
    asked = applications.get_application(sent.officer, sent.id)
    terms = sent.product.facts.terms
    half = Terms(
        asked.amount_applied_fen // 2, terms.rate_max or Decimal("0.05"), asked.term_months
    )
    until = add_working_days(clock.today(), OFFER_DAYS)
    applications.offer_terms(sent.officer, sent.id, CounterOffer(half, until, OFFER_NOTE))


def _take(world: World, sent: Sent) -> None:
    _offer(world, sent)
    with at(clock.now() + timedelta(hours=4)):
        applications.take_offer(sent.member.actor, sent.id)


def _refuse(world: World, sent: Sent) -> None:
    _offer(world, sent)
    with at(clock.now() + timedelta(hours=4)):
        applications.refuse_offer(sent.member.actor, sent.id, "金额不够这批订单用（演示）")


def _go_elsewhere(world: World, sent: Sent) -> None:
    product = _other(world, sent.member, sent.product)
    if product is not None:
        applications.resend_application(
            sent.member.actor, sent.id, Resend(new_id(), product.product_id)
        )


# Which road, and how many days ago it began.
ROADS: tuple[tuple[Callable[[World, Sent], None], int], ...] = (
    (_hand_over, 3),
    (_hand_over, 2),
    (_offer, 2),
    (_offer, 4),
    (_offer, MONTH),  # nobody answers it, so it expires
    (_take, 9),
    (_refuse, 3),
    (_go_elsewhere, 3),
    (_leave, MONTH),
    (_leave, MONTH - 2),
)


def _serve_needs(world: World, listed: Iterator[Member]) -> None:
    """Let the story's bank hold needs of whitelisted firms: contacted in time, and due now."""
    bank, officer = world.cast.lenders[STORY_BANK], world.cast.officers_of(STORY_BANK)[0]
    for days, is_contacted in ((20, True), (0.4, False)):
        member = next(listed, None)
        if member is None:
            return
        with at(world.ago(days)):
            wish = Wish(Yuan.of_wan(90).fen, 12)
            facts = NeedFacts(wish, "采购车辆配件", "希望尽快放款", purpose=NeedPurpose.MATERIALS)
            need = needs.draft_need(member.actor, member.enterprise_id, facts)
            needs.publish_need(member.actor, need.id)
            needs.claim_need(officer, need.id)
            needs.answer_banks(member.actor, need.id, BankAnswers(frozenset({bank.id})))
            if is_contacted:
                needs.report_contact(officer, need.id)
