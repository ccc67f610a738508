"""Messages: to one party, in the transaction of the deed, read by that party's people only."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.factories import parties
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.notifications import queries, service
from xinyidai.notifications.models import Notification
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import TOPIC_NAMES, Mailbox, PartyKind, Topic


def tell(**changes: object) -> None:
    words = {"topic": Topic.CONSENT_USED, "title": "标题", "body": "内容"}
    service.send(**{**words, **changes})


def titles(actor: Actor) -> list[str]:
    mailbox = service.require_mailbox(actor)
    return [message.title for message in queries.page_of(mailbox, limit=50)]


@pytest.fixture
def boss(db):
    return parties.boss_of(parties.enterprise())


@pytest.fixture
def officer(db):
    return parties.officer_of(parties.institution())


def test_a_message_is_read_by_its_party_and_nobody_else(boss, officer):
    clerk = parties.clerk_of(parties.credit_office())
    tell(enterprise_id=boss.party_id, title="给企业")
    tell(institution_id=officer.party_id, title="给银行")
    tell(department_id=clerk.party_id, title="给信用办")

    assert [titles(actor) for actor in (boss, officer, clerk)] == [
        ["给企业"],
        ["给银行"],
        ["给信用办"],
    ]
    assert titles(parties.boss_of(parties.enterprise())) == []


def test_every_role_of_a_party_has_a_mailbox_and_nobody_else_has_one(db):
    with_mailbox = {role for role in Role if service.unread_count(_anyone(role)) is not None}

    assert with_mailbox == set(service.READERS)
    assert not with_mailbox & {Role.PUBLIC, Role.SYSTEM, Role.OPERATOR, Role.BANK_CLIENT}
    with pytest.raises(Forbidden):
        service.mark_all_read(SYSTEM)


def _anyone(role: Role) -> Actor:
    return Actor(None, role, uuid4(), "某人")


def test_a_message_goes_to_exactly_one_party_and_links_to_this_site_only(boss, officer):
    with pytest.raises(ValueError, match="one party"):
        tell()
    with pytest.raises(ValueError, match="one party"):
        tell(enterprise_id=boss.party_id, institution_id=officer.party_id)
    for link in ("https://example.com/", "//example.com", "/\\example.com", "enterprise"):
        with pytest.raises(ValueError, match="this site"):
            tell(enterprise_id=boss.party_id, link=link)


def test_one_key_is_sent_once_also_within_one_call(boss, officer):
    for _ in range(2):
        tell(enterprise_id=boss.party_id, dedupe_key="only-once")
    twins = [
        Message(
            topic=Topic.CONSENT_USED,
            title="两次",
            body="",
            institution_id=officer.party_id,
            dedupe_key="twin",
        )
    ] * 2
    service.send_all(twins)

    assert titles(boss) == ["标题"]
    assert titles(officer) == ["两次"]


def test_a_key_given_up_is_sent_again(boss):
    tell(enterprise_id=boss.party_id, dedupe_key="again")
    service.forget_keys(["again", "unknown"])
    tell(enterprise_id=boss.party_id, dedupe_key="again")

    assert len(titles(boss)) == 2


def test_thousands_are_sent_in_few_statements(boss):
    service.send_all(
        Message(topic=Topic.CONSENT_USED, title=str(n), body="", enterprise_id=boss.party_id)
        for n in range(2500)
    )

    assert queries.count_by_topic(service.require_mailbox(boss)) == {Topic.CONSENT_USED: 2500}


def test_a_title_too_long_for_the_column_does_not_stop_the_deed(boss):
    tell(enterprise_id=boss.party_id, title="长" * 300)

    assert titles(boss) == ["长" * 200]


def test_reading_is_noted_once_with_who_read(boss):
    tell(enterprise_id=boss.party_id)
    [message] = queries.page_of(service.require_mailbox(boss), limit=1)
    colleague = Actor(None, Role.ENTERPRISE_USER, boss.party_id, "同事")

    first = service.mark_read(boss, message.id).read_at
    service.mark_read(colleague, message.id)

    assert (message.read_at, message.read_by) == (first, boss.account_id)
    assert service.unread_count(boss) == 0


def test_a_foreign_or_absent_message_is_not_found(boss, officer):
    tell(enterprise_id=boss.party_id)
    [message] = queries.page_of(service.require_mailbox(boss), limit=1)

    for actor in (officer, parties.boss_of(parties.enterprise())):
        with pytest.raises(NotFound):
            service.mark_read(actor, message.id)
    with pytest.raises(NotFound):
        service.mark_read(boss, uuid4())
    assert service.unread_count(boss) == 1


def test_marking_all_read_touches_the_own_party_only(boss, officer):
    for _ in range(3):
        tell(enterprise_id=boss.party_id)
    tell(institution_id=officer.party_id)

    service.mark_all_read(boss)

    assert (service.unread_count(boss), service.unread_count(officer)) == (0, 1)
    assert queries.count_by_topic(service.require_mailbox(boss), unread_only=True) == {}


def test_the_count_for_the_badge_stops_at_a_hundred(boss):
    service.send_all(
        Message(topic=Topic.CONSENT_USED, title="满", body="", enterprise_id=boss.party_id)
        for _ in range(120)
    )

    assert service.unread_count(boss) == queries.MOST_COUNTED == 100


def test_pages_are_newest_first(boss):
    for hour in range(3):
        with clock.at(clock.now() + timedelta(hours=hour)):
            tell(enterprise_id=boss.party_id, title=str(hour))
    mailbox = service.require_mailbox(boss)

    assert [m.title for m in queries.page_of(mailbox, limit=2)] == ["2", "1"]
    assert [m.title for m in queries.page_of(mailbox, limit=2, offset=2)] == ["0"]


def test_old_ones_are_forgotten_when_read_and_kept_when_not(boss):
    with clock.at(clock.now() - timedelta(days=400)):
        tell(enterprise_id=boss.party_id, title="旧的已读")
        service.mark_all_read(boss)
        tell(enterprise_id=boss.party_id, title="旧的未读")
    tell(enterprise_id=boss.party_id, title="新的")
    service.forget_old()

    assert titles(boss) == ["新的", "旧的未读"]


def test_a_rolled_back_deed_sends_nothing(live):
    firm = parties.enterprise()
    database.session.commit()
    firm_id = firm.id

    def deed() -> None:
        tell(enterprise_id=firm_id)
        raise RuntimeError("the deed fails after the message")

    with pytest.raises(RuntimeError), own_transaction():
        deed()

    assert queries.count_by_topic(Mailbox(PartyKind.ENTERPRISE, firm_id)) == {}


def test_the_database_too_wants_one_party(db):
    db.add(Notification(topic=Topic.CONSENT_USED, title="无", body="无"))
    with pytest.raises(IntegrityError):
        db.flush()


def test_every_topic_has_its_name():
    assert set(TOPIC_NAMES) == set(Topic)


def test_the_job_is_registered_and_runs(live):
    from xinyidai.notifications import jobs

    jobs.forget_old()

    assert database.session.scalar(select(func.count()).select_from(Notification)) == 0
