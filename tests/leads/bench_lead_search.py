"""Bench of a bank's search for firms: what the officer waits for in a city of 100,000 firms."""

import statistics
import time
from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import Connection, select, text

from tests.credit_records.bench_ground import city, owner, tell
from tests.factories.models import put_in_force
from tests.products.worlds import criterion
from tests.profiles.city import City
from tests.profiles.random_records import make_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.profiles import service as profiles
from xinyidai.profiles.values import FirmFacts
from xinyidai.scoring import queries as scoring
from xinyidai.scoring import service as scores

FIRMS = 100_000
PATTERNS = 2_000  # firms with records of their own; the others are copies of their profiles
RECORDS_EACH = 8

# Every firm another mixture, the shares those of a county: most are small, young and of two trades.
REGISTER = """
    update enterprise e set employees = n % 300, registered_at = now(),
        established_on = date '2026-05-31' - (n * 97 % 9000),
        region_code = (array['410402','410403','410411','410425','410482'])[1 + n % 5],
        section = (array['C','F','A','I'])[1 + n / 5 % 4],
        industry_code = (array['C3451','F5111','A0111','I6510'])[1 + n / 5 % 4],
        scale = (array['micro','small','medium','large'])[1 + n * 7 % 11 / 5],
        status = case when n % 50 = 0 then 'cancelled' else 'active' end,
        enterprise_type = case when n % 9 = 0 then '个体工商户' else '有限责任公司' end,
        registered_capital_fen = n % 1000 * 1000000::bigint,
        revenue_fen = case when n % 3 = 0 then n % 5000 * 1000000::bigint end,
        tags = case when n % 17 = 0 then '["gazelle"]'::jsonb when n % 13 = 0
            then '["first_loan"]'::jsonb else '[]'::jsonb end
    from (select id, row_number() over (order by id)::int as n from enterprise) numbered
    where numbered.id = e.id
"""
