"""What tests of objections do again and again: answer, look, read the messages."""

from sqlalchemy import select

from tests.factories.rights import STATEMENT
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject
from xinyidai.notifications.models import Notification
from xinyidai.objections import service
from xinyidai.objections.service import Answer
from xinyidai.objections.values import (
    Remedy,
    Wording,
)

BASIS = "已核对征收系统，税款三月十五日入库"
WITHDRAWAL = Answer(remedy=Remedy.WITHDRAW, basis=BASIS)
OTHER = Wording(reason="other", statement=STATEMENT)


def messages(db, topic, **party):
    statement = select(Notification).where(Notification.topic == topic)
    for name, value in party.items():
        statement = statement.where(getattr(Notification, name) == value)
    return db.scalars(statement.order_by(Notification.created_at)).all()


def look(town, consent, build=None):
    request = DisclosureRequest(
        consent_id=consent.id,
        enterprise_id=town.firm.id,
        purpose=consent.purpose,
        subject=DisclosureSubject.PROFILE,
        rule_version="1",
    )
    return credit_records.disclose(town.officer.as_actor(), request, build or service.marks_within)
