"""Portraits: events, relations, series and tags of one firm, kept behind the door."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import ProgrammingError

from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import NotFound
from xinyidai.profiles import service
from xinyidai.profiles.models import PortraitRow
from xinyidai.profiles.service import portraits
from sqlalchemy import select


def days_ago(days):
    return clock.today() - timedelta(days=days)


def portrait_of(city, firm):
    service.refresh_portrait(city.boss(firm), firm)
    return service.read_own_portrait(city.boss(firm), firm)


def test_a_firm_without_records_has_an_empty_portrait(city):
    portrait = portrait_of(city, city.firm())
    assert (portrait.events, portrait.ties, portrait.trends) == ((), (), ())


def test_time(city):
    import time
    firm = city.firm()
    for i in range(150):
        city.record(firm, "patent", days_ago(i), level="invention", content={"title": "x", "patent_kind": "invention"})
    for i in range(36):
        city.record(firm, "tax_payment", days_ago(31*i).replace(day=1), amount_fen=100, level="VAT")
    with portraits.credit_records.platform_run("indicators", "x", enterprise_ids=[firm]) as run:
        for _ in range(5):
            t=time.perf_counter(); portraits.keep_portrait(run, firm); print(time.perf_counter()-t)
        import cProfile, pstats
        pr=cProfile.Profile(); pr.enable()
        for _ in range(5): portraits.keep_portrait(run, firm)
        pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(45)
    t=time.perf_counter(); p=service.read_own_portrait(city.boss(firm), firm); print("read",time.perf_counter()-t)
    print(p.trends, p.totals)
    assert 0
