"""Every road that an authorization can go, and every wish: the axes of the negative scenarios."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import product
from typing import Any

from sqlalchemy import update

from tests.gate.oracle import Wish
from tests.gate.stage import HEADS, ITEMS, PURPOSE, Stage
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import artefact
from xinyidai.consents.values import ConsentMode
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db

BASE = datetime(2026, 11, 10, 10, tzinfo=clock.TZ)
INSTANT = timedelta(microseconds=1)
P = "p"  # the one pact of a road

When = Callable[[Stage], datetime]


@dataclass(frozen=True)
class Road:
    """How a pact came to where it stands, and at which moment looks are tried."""

    name: str
    walk: Callable[[Stage], None]
    when: When
    has_snapshot: bool = True


# When


def at_base(stage: Stage) -> datetime:
    return BASE + timedelta(minutes=1)


def next_day(stage: Stage) -> datetime:
    return BASE + timedelta(days=1)


def next_month(stage: Stage) -> datetime:
    return BASE + timedelta(days=21)


def last_instant(stage: Stage) -> datetime:
    return first_instant_after(stage) - INSTANT


def first_instant_after(stage: Stage) -> datetime:
    day = stage.pact(P).last_day + timedelta(days=1)
    return datetime.combine(day, time.min, clock.TZ)


def a_year_after(stage: Stage) -> datetime:
    return BASE + timedelta(days=366)


# Roads


def given(**terms: Any) -> Callable[[Stage], None]:
    """Return a road: the firm authorizes, and the bank looks once, so that there is a snapshot."""

    def walk(stage: Stage) -> None:
        agreed = {name: value for name, value in terms.items() if name != "looker"}
        stage.give(P, **agreed)
        subject = "score" if stage.pact(P).mode == "result" else "records"
        stage.look_once(
            P, stage.actors[terms.get("looker", "officer")], Wish("f1", PURPOSE, subject)
        )

    return walk


def then(walk: Callable[[Stage], None], *deeds: Callable[[Stage], object]) -> Callable[..., None]:
    """Return a road that goes on after another one, one minute later."""

    def on(stage: Stage) -> None:
        walk(stage)
        with clock.at(BASE + timedelta(seconds=30)):
            for deed in deeds:
                deed(stage)

    return on


def asked(stage: Stage) -> None:
    stage.ask(P)


def never_asked(stage: Stage) -> None:
    stage.ask(P)
    _edit(stage, requested_at=None)
    stage.pact(P).asked = False


def signed_by_one_of_two(stage: Stage) -> None:
    stage.want_two_signers(wanted=True)
    stage.ask(P)
    consents.grant_consent(stage.actors["boss"], stage.consents[P])
    stage.city.sign(stage.pact(P), "boss")


def signed_for_later(stage: Stage) -> None:
    answered_and_signed(stage)
    later = clock.today() + timedelta(days=2)
    _edit(stage, valid_from=later)
    stage.pact(P).first_day = later
    # No page lets a firm sign for a later day; whole again, so that only the day stands in the way.
    consent = db.session.get_one(Consent, stage.consents[P], populate_existing=True)
    artefact.put_signature(consent)
    db.session.flush()


def answered_and_signed(stage: Stage) -> None:
    stage.ask(P)
    consents.grant_consent(stage.actors["boss"], stage.consents[P])
    stage.city.sign(stage.pact(P), "boss")


def decline(stage: Stage) -> None:
    consents.decline_consent(stage.actors["boss"], stage.consents[P])
    stage.city.decline(stage.pact(P))


def pause(stage: Stage) -> None:
    consents.suspend_consent(stage.actors["boss"], stage.consents[P])
    stage.city.pause(stage.pact(P))


def go_on(stage: Stage) -> None:
    consents.resume_consent(stage.actors["boss"], stage.consents[P])
    stage.city.go_on(stage.pact(P))


def confirm(stage: Stage) -> None:
    consents.confirm_consent(stage.actors["boss"], stage.consents[P])
    stage.city.confirm(stage.pact(P))


def revoke(stage: Stage) -> None:
    consents.revoke_consent(stage.actors["boss"], stage.consents[P])
    stage.city.revoke(stage.pact(P))


def end(stage: Stage) -> None:
    consents.end_consent(stage.actors["officer"], stage.consents[P], "业务结束")
    stage.city.end(stage.pact(P))


def forge(**terms: object) -> Callable[[Stage], None]:
    return lambda stage: stage.forge(P, **terms)


def status(value: RegistrationStatus) -> Callable[[Stage], None]:
    return lambda stage: stage.put_status("f1", value)


def _edit(stage: Stage, **values: object) -> None:
    statement = update(Consent).where(Consent.id == stage.consents[P])
    db.session.execute(statement.values(**values))
    db.session.expire_all()


NAMED = given(officer_account_id="officer")


def roads() -> Sequence[Road]:
    """Return every road; all nine states are reached, some by several."""
    plain = given()
    standing: list[Road] = [
        Road("active", plain, at_base),
        Road("answered", answered_and_signed, at_base, has_snapshot=False),
        Road("active, last instant", plain, last_instant),
        Road("active, next day", plain, next_day),
        Road("resumed", then(plain, pause, go_on), at_base),
        Road("bank readmitted", then(plain, _bank(in_order=False), _bank(in_order=True)), at_base),
        Road("confirmed", then(plain, _head(HEADS[1]), confirm), at_base),
        Road("head back", then(plain, _head(HEADS[1]), _head(HEADS[0])), at_base),
        Road("moved out", then(plain, status(RegistrationStatus.MOVED_OUT)), at_base),
        Road("purpose approved again", then(plain, _retire, _approve), at_base),
        Road("result only", given(mode=ConsentMode.RESULT), at_base),
        Road("officer named", NAMED, at_base),
        Road("given to the guarantor", given(to="g1", looker="guarantor"), at_base),
        Road("day free again", given(max_per_day=1), next_day),
        Road("month free again", given(max_per_month=1), next_month),
        Road("one of two of a day", given(max_per_day=2), at_base),
    ]
    return [*standing, *_closed(plain)]


def _closed(plain: Callable[[Stage], None]) -> list[Road]:
    suspend_bank = _bank(in_order=False)
    return [
        Road("draft", never_asked, at_base, has_snapshot=False),
        Road("pending", asked, at_base, has_snapshot=False),
        Road("pending, past its end", asked, first_instant_after, has_snapshot=False),
        Road("half signed", signed_by_one_of_two, at_base, has_snapshot=False),
        Road("signed for later", signed_for_later, at_base, has_snapshot=False),
        Road("declined", then(asked, decline), at_base, has_snapshot=False),
        Road("paused", then(plain, pause), at_base),
        Road("paused, then expired", then(plain, pause), first_instant_after),
        Road("bank suspended", then(plain, suspend_bank), at_base),
        Road("officer left", then(NAMED, _leave), at_base),
        Road("head changed", then(plain, _head(HEADS[1])), at_base),
        Road(
            "head confirmed, changed again",
            then(plain, _head(HEADS[1]), confirm, _head("王")),
            at_base,
        ),
        Road("firm cancelled", then(plain, status(RegistrationStatus.CANCELLED)), at_base),
        Road("firm revoked", then(plain, status(RegistrationStatus.REVOKED)), at_base),
        Road("purpose retired", then(plain, _retire), at_base),
        Road("revoked", then(plain, revoke), at_base),
        Road("paused and revoked", then(plain, pause, revoke), at_base),
        Road("revoked, long after", then(plain, revoke), a_year_after),
        Road("ended", then(plain, end), at_base),
        Road("expired", plain, first_instant_after),
        Road("expired long ago", plain, a_year_after),
        Road("used up", given(max_uses=1), at_base),
        Road("used up and revoked", then(given(max_uses=1), revoke), at_base),
        Road("used up and past its end", given(max_uses=1), first_instant_after),
        Road("day full", given(max_per_day=1), at_base),
        Road("month full", given(max_per_month=1), next_day),
        Road("uses edited", then(plain, forge(max_uses=9)), at_base),
        Road("items edited", then(plain, forge(item_codes=["customs", *ITEMS])), at_base),
        Road("end edited", then(plain, forge(data_life_days=180)), at_base),
        Road("signature taken", then(plain, forge(signature="AAAA")), at_base),
        Road(
            "all at once", then(NAMED, suspend_bank, _leave, _head(HEADS[1]), _retire), a_year_after
        ),
    ]


def _bank(*, in_order: bool) -> Callable[[Stage], None]:
    return lambda stage: stage.put_bank("b1", in_order=in_order)


def _head(name: str) -> Callable[[Stage], None]:
    return lambda stage: stage.put_head("f1", name)


def _leave(stage: Stage) -> None:
    stage.put_account("officer", in_order=False)


def _retire(stage: Stage) -> None:
    stage.retire(PURPOSE)


def _approve(stage: Stage) -> None:
    stage.approve(PURPOSE)


# Wishes

PURPOSES = (PURPOSE, "guarantee", "curiosity")
ITEM_LISTS: tuple[tuple[str, ...] | None, ...] = (
    None,
    ("tax",),
    ("tax", "judicial", "customs"),
    ("customs",),
    (),
    ("secrets",),
)
SUBJECTS = ("records", "score", "export")
FIRMS = ("f1", "f2")


def wishes() -> list[Wish]:
    """Return every combination of firm, purpose, subject and items."""
    return [
        Wish(firm, purpose, subject, items)
        for firm, purpose, subject, items in product(FIRMS, PURPOSES, SUBJECTS, ITEM_LISTS)
    ]
