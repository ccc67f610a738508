"""Use cases of oversight: watch, review, draw, judge, reconcile, erase."""

from xinyidai.oversight.service.erasing import erase_person
from xinyidai.oversight.service.reconciling import reconcile
from xinyidai.oversight.service.reviewing import judge, review_alarm
from xinyidai.oversight.service.sampling import draw_sample, last_month
from xinyidai.oversight.service.watching import cases_around, watch

__all__ = [
    "cases_around",
    "draw_sample",
    "erase_person",
    "judge",
    "last_month",
    "reconcile",
    "review_alarm",
    "watch",
]
