"""What the clock does with applications: tell who is late, time out, let lapse.

Each application is locked and looked at afresh, so running twice at once or again does nothing
more.
"""

from collections.abc import Mapping
from datetime import timedelta

from xinyidai.applications import policies, queries, rules
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service import resending, steps, telling
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor

# So many calendar days after its last step an application lapses; its reason for all to read.
LAPSES: Mapping[S, tuple[int, str]] = {
    S.DRAFT: (rules.DRAFT_DAYS, "草稿长时间没有提交"),
    S.RETURNED: (rules.RETURNED_DAYS, "退回后长时间没有补充"),
    S.APPROVED: (rules.APPROVED_DAYS, "授信后长时间没有签约"),
}


def watch_applications(actor: Actor) -> tuple[int, int, int]:
    """Return how many are late, how many were timed out now, and how many lapsed now.

    An application that no bank accepted `rules.TIMEOUT_DAYS` after its promised day is taken from
    it, 超时转派; one that was accepted stays with the bank, and everybody is told that it is late.
    """
    policies.require_system(actor)
    today, timed_out, late = clock.today(), 0, 0
    for application_id in queries.late_ids(today):
        application = steps.load(actor, application_id)
        if not _is_late(application):
            continue
        if _is_left_lying(application):
            steps.take(actor, A.TIME_OUT, application, "承诺日过后仍没有受理")
            resending.end_authorization(actor, application)
            timed_out += 1
        else:
            telling.tell_late(application)
            late += 1
    return late, timed_out, _let_lapse(actor)


def _is_late(application: LoanApplication) -> bool:
    promised = application.promised_on
    return (
        application.state in queries.AT_BANK and promised is not None and (promised < clock.today())
    )


def _is_left_lying(application: LoanApplication) -> bool:
    promised = application.promised_on
    return (
        application.state is S.SUBMITTED
        and promised is not None
        and rules.is_timed_out(promised, clock.today())
    )


def _let_lapse(actor: Actor) -> int:
    lapsed = 0
    for application_id in queries.offers_past(clock.today()):
        application = steps.load(actor, application_id)
        if application.state is S.COUNTER_OFFERED:
            steps.take(actor, A.EXPIRE, application, "银行的报价已过有效期，企业没有答复")
            lapsed += 1
    for state, (days, words) in LAPSES.items():
        for application_id in queries.untouched_ids(state, clock.now() - timedelta(days=days)):
            application = steps.load(actor, application_id)
            if application.state is state:
                steps.take(actor, A.EXPIRE, application, words)
                lapsed += 1
    return lapsed
