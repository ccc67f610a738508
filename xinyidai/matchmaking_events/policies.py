"""Who may do what at a matchmaking event, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.values import EventState

ENTERPRISE_SIDE = frozenset({Role.ENTERPRISE_USER})
INSTITUTION_SIDE = frozenset({Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER, Role.GUARANTOR})
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})


def require_run(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor runs events: the credit office does."""
    if actor.role is not Role.CREDIT_OFFICE:
        raise Forbidden("只有信用办可以组织对接会。")


def require_oversight(actor: Actor) -> None:
    """Refuse whoever may not see who signed up and what came of it."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看报名名单和洽谈结果。")


def require_party(actor: Actor) -> UUID:
    """Return the firm or the institution the actor may sign up, or raise `Forbidden`."""
    if actor.role not in ENTERPRISE_SIDE | INSTITUTION_SIDE or actor.party_id is None:
        raise Forbidden("只有企业和金融机构的账户可以报名。")
    return actor.party_id


def may_see(actor: Actor, event: MatchmakingEvent) -> bool:
    """Tell whether the actor may see the event: what is no longer a plan, anyone may.

    A cancelled event stays visible, for those who had signed up.
    """
    return event.state is not EventState.PLANNED or actor.role in OVERSEERS


def require_sight(actor: Actor, event: MatchmakingEvent) -> None:
    """Refuse as if the event did not exist."""
    if not may_see(actor, event):
        raise NotFound("没有找到这场活动。")
