"""A firm sends what it wrote to another product, 改派: nothing is typed again.

From a bank that has not begun, the application is taken away and with it the authorization; one
that has ended without a loan is only copied.
"""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.applications import queries
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service import steps
from xinyidai.applications.service.applying import Draft, start_application, wanted_of
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.consents import queries as consent_queries
from xinyidai.consents import service as consents
from xinyidai.consents.lifecycle import LIFECYCLE as CONSENT_LIFECYCLE
from xinyidai.consents.values import ConsentAction
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Conflict
from xinyidai.products import queries as products

TAKEN_AWAY = frozenset({S.SUBMITTED, S.ACCEPTED})
ENDED = frozenset({S.TIMED_OUT, S.DECLINED, S.EXPIRED, S.WITHDRAWN, S.REASSIGNED})
RESENT = TAKEN_AWAY | ENDED


@dataclass(frozen=True)
class Resend:
    """Where to; `request_key` makes a second click find the first's draft."""

    request_key: UUID
    product_id: UUID


def resend_application(actor: Actor, application_id: UUID, to: Resend) -> LoanApplication:
    """Start a draft with the same contents for another product and return it.

    Raises:
        Conflict: the bank has begun, or the product is the same or delisted.
        InvalidInput: the other product does not give this amount or term.

    """
    former = steps.load(actor, application_id)
    earlier = queries.find_by_key(to.request_key)
    if earlier is not None:
        return steps.load(actor, earlier.id)
    if former.state not in RESENT:
        raise Conflict("银行已经在办理，不能改投；可以先撤回申请。", code="under_way")
    if former.product_id == to.product_id:
        raise Conflict("请选择另外一款产品。", code="same_product")
    draft = Draft(to.request_key, to.product_id, wanted_of(former), former.need_id)
    started = start_application(actor, draft)
    if former.state in TAKEN_AWAY:
        steps.take(actor, A.REASSIGN, former, f"改投{_words(started)}")
        end_authorization(actor, former)
    return started


def end_authorization(actor: Actor, application: LoanApplication) -> None:
    """End the authorization that an application rested on, unless another one rests on it too.

    The firm revokes, 撤回; the system ends it, 终止.
    """
    consent = consent_queries.find(application.consent_id) if application.consent_id else None
    if consent is None or queries.rests_another_on(consent.id, besides=application.id):
        return
    possible = CONSENT_LIFECYCLE.actions_from(consents.state_of(consent))
    words = f"申请 {application.application_no} 对这家机构已结束"
    if actor.role is not Role.ENTERPRISE_USER:
        if ConsentAction.END in possible:
            consents.end_consent(actor, consent.id, words)
    elif ConsentAction.REVOKE in possible:
        consents.revoke_consent(actor, consent.id, words)


def _words(started: LoanApplication) -> str:
    bank = institutions.get_institution(started.institution_id).short_name
    return f"{bank}“{products.get_version(started.product_version_id).name}”"
