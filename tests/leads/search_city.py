"""A city of many firms for the bench of searches: profiles, grades, tags and lists for all.

A few thousand firms have records of their own; the profiles and scores of the others are copies.
Built once under XINYIDAI_BENCH_DIR, and brought to the present day each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import func, select, text

from tests.credit_records.bench_ground import city, owner, tell
from tests.factories.models import put_in_force
from tests.profiles.city import City
from tests.profiles.random_records import make_records
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, own_transaction
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.values import FirmFacts
from xinyidai.scoring import queries as scoring
from xinyidai.scoring import service as scores

PATTERNS = 2_000  # firms with records of their own
RECORDS_EACH = 8
COLUMNS = "as_of, facts_version, dictionary_version, scope, purpose, indicators, content_hash"
SCORES = (
    "model_code, model_version, facts_version, is_insufficient, default_probability, grade,"
    " points, reasons, missing, scored_at, is_explained, inputs_hash"
)
REGISTER = """
    update enterprise e set employees = n % 300, registered_at = now(),
        established_on = date '2026-05-31' - (n * 97 % 9000),
        region_code = (array['410402','410403','410411','410425','410482'])[1 + n % 5],
        section = (array['C','F','A','I'])[1 + n / 5 % 4],
        industry_code = (array['C3451','F5111','A0111','I6510'])[1 + n / 5 % 4],
        scale = (array['micro','small','medium','large'])[1 + n % 4],
        status = case when n % 50 = 0 then 'cancelled' else 'active' end,
        enterprise_type = case when n % 9 = 0 then '个体工商户' else '有限责任公司' end,
        registered_capital_fen = n % 1000 * 1000000::bigint,
        revenue_fen = case when n % 3 = 0 then n % 5000 * 1000000::bigint end,
        tags = case when n % 17 = 0 then array['gazelle'] when n % 13 = 0
            then array['first_loan'] else array[]::text[] end
    from (select id, row_number() over (order by id)::int as n from enterprise) numbered
    where numbered.id = e.id
"""
PAIRS = f"""
    create temp table pair as
    select numbered.id as copy, pattern.id as pattern from
        (select id, row_number() over (order by id)::int as n from enterprise) numbered
        join (select id, row_number() over (order by id)::int as n from enterprise
            order by id limit {PATTERNS}) pattern
        on pattern.n = 1 + numbered.n % {PATTERNS}
    where numbered.n > {PATTERNS}
"""  # noqa: S608 - our own names
STEPS = (
    REGISTER,
    PAIRS,
    f"""insert into profile_snapshot (id, enterprise_id, created_at, {COLUMNS})
        select gen_random_uuid(), copy, created_at, {COLUMNS}
        from pair join profile_snapshot on enterprise_id = pattern""",  # noqa: S608 - as above
    """update enterprise e set facts_version = p.facts_version
        from pair join enterprise p on p.id = pattern where e.id = copy""",
    f"""insert into score_result (id, enterprise_id, {SCORES})
        select gen_random_uuid(), copy, {SCORES}
        from pair join score_result on enterprise_id = pattern""",  # noqa: S608 - as above
    """insert into score_head (enterprise_id, score_id, model_code, model_version, facts_version,
            content_hash)
        select s.enterprise_id, s.id, s.model_code, s.model_version, s.facts_version, ''
        from pair join score_result s on s.enterprise_id = copy""",
    """insert into whitelist_entry (id, list_type, enterprise_id, state, basis, standards,
            check_result, rules_version, nominated_at, listed_at)
        select gen_random_uuid(), case when n % 2 = 0 then 'general' else 'logistics' end, id,
            'listed', '测速', '{}', '{}', 'bench', now(), now()
        from (select id, row_number() over (order by id)::int as n from enterprise) numbered
        where n % 20 < 2""",
    "vacuum analyze",
)


@contextmanager
def search_city(firms: int) -> Iterator[Flask]:
    """Give the application on a database of so many firms with profiles of today."""
    with city(firms, f"leads-{firms}") as app:
        if scoring.find_active() is None:
            _settle()
        _bring_to_today()
        yield app


def _settle() -> None:
    tell("profiles of the patterns")
    patterns = list(
        db.session.scalars(select(Enterprise.id).order_by(Enterprise.id).limit(PATTERNS))
    )
    db.session.remove()
    rows = make_records([FirmFacts(firm) for firm in patterns], RECORDS_EACH)
    with own_transaction():
        City().collect(row.as_new_record(place) for place, row in enumerate(rows))
    with owner() as connection:
        connection.execute(text(REGISTER))
    with own_transaction():
        put_in_force()
        profiles.build_some(patterns)
        scores.score_all()
    tell("copies for the others")
    with owner() as connection:
        for step in STEPS:
            connection.execute(text(step))


def _bring_to_today() -> None:
    today = clock.today()
    newest = db.session.scalar(select(func.max(ProfileSnapshot.as_of)))
    versions = set(db.session.scalars(select(ProfileSnapshot.dictionary_version).distinct()))
    db.session.remove()
    if versions != {indicator_dictionary().version}:
        raise RuntimeError("the dictionary has changed: remove the bench's folder and build anew")
    if newest != today:
        with owner() as connection:
            connection.execute(text("update profile_snapshot set as_of = :day"), {"day": today})
            connection.execute(text("vacuum analyze profile_snapshot"))
