"""What the clock does to checks, 督办: reminders, late ones, measures that have to end."""

from datetime import timedelta

from xinyidai.joint_checks import queries, rules
from xinyidai.joint_checks.service import telling
from xinyidai.kernel import clock

LOOKED_BACK = timedelta(days=7)


def watch() -> None:
    """Do what is due today; run twice, it does nothing the second time."""
    today = clock.today()
    telling.remind(queries.open_due(rules.warn_until(today), since=today))
    late = queries.open_due(today - timedelta(days=1))
    telling.tell_late(late)
    if late:
        telling.tell_office_of_late(len(late), today.isoformat())
    telling.tell_to_lift(queries.measures_to_lift(clock.now() - LOOKED_BACK))
