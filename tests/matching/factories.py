"""Firms and actors for the tests of matching."""

from uuid import UUID, uuid4

from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseOrigin, EnterpriseScale, RegistrationStatus
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.matching.values import MatchSubject, Wish
from xinyidai.products.values import GuaranteeKind

WISH = Wish(50_000_000, 12, GuaranteeKind.CREDIT)


def firm(**changes: object) -> Enterprise:
    """Add an invented firm."""
    facts: dict[str, object] = {
        "uscc": uuid4().hex[:18].upper(),
        "name": "汝州虚构陶瓷有限公司",
        "normal_name": "汝州虚构陶瓷有限公司",
        "region_code": "410482",
        "industry_code": "C3071",
        "section": "C",
        "enterprise_type": "有限责任公司",
        "scale": EnterpriseScale.SMALL,
        "employees": 20,
        "status": RegistrationStatus.ACTIVE,
        "origin": EnterpriseOrigin.SELF,
        "source": "测试",
    }
    enterprise = Enterprise(**{**facts, **changes})
    db.session.add(enterprise)
    db.session.flush()
    return enterprise


def user_of(enterprise_id: UUID) -> Actor:
    """Return a user of this firm."""
    return Actor(uuid4(), Role.ENTERPRISE_USER, enterprise_id, "经办人")


SUBJECT = MatchSubject(region_code="410482")
