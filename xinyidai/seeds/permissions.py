"""Consents of the invented city in every state, looks under them, and looks that were refused."""

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from xinyidai.accounts import service as accounts
from xinyidai.accounts.models import Account
from xinyidai.accounts.service import NewAccount
from xinyidai.accounts.values import Position
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.rules import months_before
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.scoring import service as scoring
from xinyidai.scoring.service import LookOrder
from xinyidai.seeds.names import person_name
from xinyidai.seeds.password import DEMO_PASSWORD
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

TRAINING_FIRMS = 20


def draft_for(
    member: Member, institution_id: UUID | None, purpose: str, *, items: Sequence[str] = ()
) -> ConsentDraft:
    """Return what the form offers for a purpose, with further items where needed."""
    listed = get_purpose(purpose)
    defaults = listed.defaults
    today = clock.today()
    return ConsentDraft(
        enterprise_id=member.enterprise_id,
        institution_id=institution_id,
        purpose=purpose,
        item_codes=sorted({*defaults.items, *items} & listed.caps.items),
        valid_until=today + timedelta(days=defaults.valid_days),
        data_from=months_before(today, defaults.range_months),
        data_life_days=defaults.data_life_days,
        mode=defaults.mode,
        max_uses=defaults.uses,
        max_per_month=defaults.per_month,
    )


def grant(world: World, member: Member, bank: str, draft_purpose: str = "pre_loan") -> Consent:
    """Let a firm sign an authorization for one institution, as the form offers it."""
    institution_id = world.cast.banks[bank].id
    return consents.grant_directly(
        member.actor, [draft_for(member, institution_id, draft_purpose)]
    )[0]


def play_consents(world: World) -> None:
    """Bring consents into every state a consent can be in."""
    officer = world.cast.actor("yinhang1")
    pending, declined, suspended, revoked, ended, expired, resumed = world.members[1:8]
    with at(world.ago(2, 9)):
        consents.request_consent(officer, _asked(world, pending))
        guarantor = world.cast.actor("danbao1")
        consents.request_consent(
            guarantor, draft_for(pending, world.cast.banks["danbao"].id, "guarantee")
        )
    _answered(world, officer, declined)
    with at(world.ago(100)):
        consents.grant_directly(
            expired.actor,
            [draft_for(expired, world.cast.banks["yinhang"].id, "limit_estimate")],
        )
    with at(world.ago(12)):
        given = [grant(world, m, "yinhang").id for m in (suspended, revoked, ended, resumed)]
    with at(world.ago(6)):
        consents.suspend_consent(suspended.actor, given[0], "暂时不需要贷款")
        consents.revoke_consent(revoked.actor, given[1], "已从其他渠道获得融资")
        consents.end_consent(officer, given[2], "客户暂无需求，主动终止")
        consents.suspend_consent(resumed.actor, given[3], "先核对数据")
    with at(world.ago(4)):
        consents.resume_consent(resumed.actor, given[3])
    _train(world)


def _bound(world: World) -> None:
    """Authorize one officer only; and leave one consent that a former representative signed."""
    named, changed = world.members[41:43]
    officer = world.cast.people["yinhang1"]
    with at(world.ago(5, 9)):
        draft = draft_for(named, world.cast.banks["yinhang"].id, "pre_loan")
        bound = dataclasses.replace(
            draft, officer_account_id=officer.id, max_per_month=2, max_per_day=1
        )
        consents.grant_directly(named.actor, [bound])
    with at(world.ago(7, 9)):
        grant(world, changed, "nongshang")
    with at(world.ago(3, 9)):
        firm = db.session.get_one(Enterprise, changed.enterprise_id)
        firm.legal_representative = person_name(changed.place + 1)


def _sign_by_two(world: World) -> None:
    """Let a firm want two signatures; its agent has signed, its head not yet."""
    member = next(m for m in world.members[43:] if _is_head(m))
    with at(world.ago(3, 10)):
        agent = accounts.open_account(
            member.actor,
            NewAccount(
                login="jingban001",
                name=person_name(member.place + 2),
                role=Role.ENTERPRISE_USER,
                password=DEMO_PASSWORD,
                position=Position.AGENT,
                enterprise_id=member.enterprise_id,
                is_demo=True,
            ),
        )
        agent.mandate_until = clock.today() + timedelta(days=180)
        db.session.flush()
        consents.set_two_signers(member.actor, wanted=True)
    with at(world.ago(2, 10)):
        bank_id = world.cast.banks["yinhang"].id
        consents.grant_directly(agent.as_actor(), [draft_for(member, bank_id, "pre_loan")])


def _is_head(member: Member) -> bool:
    account = db.session.get_one(Account, member.actor.account_id)
    return account.position is Position.LEGAL_REPRESENTATIVE


def look_around(world: World) -> None:
    """Let banks look under live consents, one until it is used up; and refuse what must be."""
    officer, stranger = world.cast.actor("yinhang1"), world.cast.actor("nongshang1")
    for number, member in enumerate(world.members[10:20]):
        with at(world.ago(2, 9)):
            consent = grant(world, member, "yinhang" if number % 2 else "nongshang")
        with at(world.ago(1, 9 + number % 8)):
            look(officer if number % 2 else stranger, consent)
    used_up = world.members[8]
    with at(world.ago(2, 11)):
        bank_id = world.cast.banks["yinhang"].id
        consent = consents.grant_directly(
            used_up.actor, [draft_for(used_up, bank_id, "limit_estimate")]
        )[0]
    with at(world.ago(1, 15)):
        look(officer, consent)
    with at(world.ago(1, 16)), suppress(ConsentRefused):
        look(officer, consent)
    # Last, because what is under way with these firms would stop.
    _bound(world)
    _sign_by_two(world)


def look(officer: Actor, consent: Consent) -> UUID:
    """Show a bank what the consent covers and return the snapshot's id."""
    order = LookOrder(consent.id, consent.enterprise_id, consent.purpose)
    return scoring.look(officer, order).id


def _asked(world: World, member: Member) -> ConsentDraft:
    return draft_for(member, world.cast.banks["yinhang"].id, "pre_loan")


def _answered(world: World, officer: Actor, declined: Member) -> None:
    with at(world.ago(9, 9)):
        asked = consents.request_consent(officer, _asked(world, declined))
    with at(world.ago(8, 15)):
        consents.decline_consent(declined.actor, asked.id, "暂不考虑贷款")


def _train(world: World) -> None:
    for number, member in enumerate(world.members[20 : 20 + TRAINING_FIRMS]):
        with at(world.ago(25 - number % 20)):
            consents.grant_directly(member.actor, [draft_for(member, None, "model_training")])
