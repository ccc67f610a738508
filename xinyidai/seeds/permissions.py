"""Consents of the invented city in every state, looks under them, and looks that were refused."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from xinyidai.catalogue.purposes import get_purpose
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.rules import months_before
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentDraft
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.scoring import service as scoring
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


def look(officer: Actor, consent: Consent) -> UUID:
    """Show a bank what the consent covers and return the snapshot's id."""
    return scoring.disclose_credit(
        officer, consent.id, consent.enterprise_id, purpose=consent.purpose
    ).id


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
