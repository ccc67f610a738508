"""Statements that count what a measuring has staged: set-based, whatever the number of records."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, text

from xinyidai.credit_records.service import door
from xinyidai.data_quality import rules
from xinyidai.kernel.db import db
from xinyidai.kernel.uscc import ALPHABET
from xinyidai.kernel.working_days import is_working_day

BEFORE = 60  # days before the first delivery: what was decided earlier is stock anyway
AFTER = 60
DROP = text("drop table if exists staged_calendar")
CALENDAR = text(
    """
    create temp table staged_calendar (
        day date primary key, due_on date not null, place integer not null
    ) on commit drop
    """
)
COPY_CALENDAR = "copy staged_calendar (day, due_on, place) from stdin"
ANALYZE = tuple(
    text(f"analyze {name}") for name in ("staged_calendar", "staged_report", "staged_known")
)
# What fell due before the department's first delivery of the kind is stock, 存量, and not judged.
JUDGED = """
    with judged as (
        select b.department_code, b.kind, date_trunc('month', b.received_on)::date as month,
            b.received_on, b.file_name, r.record_id, r.batch_id, r.shown_number, r.decided_on,
            c.due_on
        from staged_report r
        join staged_batch b on b.batch_id = r.batch_id
        join (
            select department_code, kind, min(received_on) as first_on
            from staged_batch group by department_code, kind
        ) f on f.department_code = b.department_code and f.kind = b.kind
        join staged_calendar c on c.day = r.decided_on
        where c.due_on >= f.first_on
    )
"""
TIMELY = text(
    f"""
    {JUDGED}
    select month, department_code, kind, count(*) filter (where received_on <= due_on), count(*)
    from judged group by month, department_code, kind
    """  # noqa: S608 - a constant
)
FORGET_LATE = text("delete from late_record where month = any(:months)")
KEEP_LATE = text(
    f"""
    {JUDGED}
    insert into late_record (record_id, run_id, month, department_code, kind, batch_id, file_name,
        shown_number, decided_on, due_on, received_on, days_late)
    select j.record_id, :run, j.month, j.department_code, j.kind, j.batch_id, j.file_name,
        j.shown_number, j.decided_on, j.due_on, j.received_on, came.place - due.place
    from judged j
    join staged_calendar came on came.day = j.received_on
    join staged_calendar due on due.day = j.due_on
    where j.received_on > j.due_on
    """  # noqa: S608 - a constant
)
# A decision is an obligation once its last day is over; one whose suspicion was excluded is none.
KNOWN = text(
    """
    select date_trunc('month', k.decided_on)::date, k.organ_code, k.kind,
        count(*) filter (where k.is_reported), count(*)
    from staged_known k
    join staged_calendar c on c.day = k.decided_on
    left join concealment_suspect s on s.suspect_key = k.match_key and s.outcome = 'excluded'
    where c.due_on < :today and s.id is null
        and date_trunc('month', k.decided_on)::date = any(:months)
    group by 1, 2, 3
    """
)
NEW_SUSPECTS = text(
    """
    select k.*, c.due_on from staged_known k join staged_calendar c on c.day = k.decided_on
    where not k.is_reported and c.due_on < :today and not exists (
        select 1 from concealment_suspect s where s.suspect_key = k.match_key)
    order by k.decided_on, k.match_key
    """
)
NOW_REPORTED = text(
    """
    select s.id from concealment_suspect s join staged_known k on k.match_key = s.suspect_key
    where k.is_reported and s.state in ('open', 'explained') order by s.id
    """
)
WAITING = text(
    """
    select source, kind, date_trunc('month', created_at at time zone 'Asia/Shanghai')::date, count(*)
    from pending_name group by 1, 2, 3
    """  # noqa: E501 - one expression
)
# GB 32100-2015: weights are powers of three, the last character makes the sum divisible by 31.
JUDGED_FIRMS = """
    with judged as (
        select e.id, e.name, e.uscc, e.uscc ~ :shape as is_shaped,
            count(*) over (partition by substr(e.uscc, 9, 9)) > 1 as is_shared,
            (select sum((strpos(:alphabet, substr(e.uscc, i::int, 1)) - 1) * w)
                from unnest(cast(:weights as int[])) with ordinality as t (w, i)) % 31 as rest
        from enterprise e
    )
"""
FIRM_CODES = text(
    f"""
    {JUDGED_FIRMS}
    select count(*) as firms, count(*) filter (where is_shared) as duplicate,
        count(*) filter (where not is_shaped) as wrong_character,
        count(*) filter (where is_shaped and rest <> 0) as wrong_check_digit,
        count(*) filter (where is_shared or not is_shaped or rest <> 0) as faulty
    from judged
    """  # noqa: S608 - a constant
)
FAULTY_FIRMS = text(
    f"""
    {JUDGED_FIRMS}
    select name, uscc, is_shared, is_shaped, rest <> 0 as is_unchecked from judged
    where is_shared or not is_shaped or rest <> 0
    order by substr(uscc, 9, 9), id limit :limit offset :offset
    """  # noqa: S608 - a constant
)
WAITING_FIRMS = text(
    "select count(distinct normal_name) from pending_name where resolved_at is null"
)
TICKET_ROWS = text(
    """
    select f.key, sum(f.value::bigint) from correction_ticket t, jsonb_each_text(t.faults) f
    where t.subject = 'delivery' and t.state not in ('closed', 'cancelled') group by 1
    """
)
WEIGHTS = [*(3**place % 31 for place in range(17)), 1]
CODE_RULE = {
    "shape": f"^[0-9]{{8}}[{ALPHABET}]{{10}}$",
    "alphabet": ALPHABET,
    "weights": WEIGHTS,
}
# Every surviving firm of the register, with what the records of the day cover.
COVER_REGISTER = text(
    """
    insert into staged_coverage (enterprise_id, class_code, is_fresh)
    select id, 'registration', true from enterprise where origin = 'registry'
    """
)
FORGET_COVERAGE = text("delete from firm_coverage")
KEEP_COVERAGE = text(
    """
    insert into firm_coverage (enterprise_id, have, stale, missing, measured_on)
    select e.id,
        coalesce(array_agg(c.class_code order by c.class_code) filter (where c.is_fresh), '{}'),
        coalesce(array_agg(c.class_code order by c.class_code) filter (where not c.is_fresh), '{}'),
        array(select unnest(cast(:classes as text[]))
            except select unnest(array_agg(c.class_code)) order by 1),
        :today
    from enterprise e
    left join (
        select enterprise_id, class_code, bool_or(is_fresh) as is_fresh
        from staged_coverage group by enterprise_id, class_code
    ) c on c.enterprise_id = e.id
    where e.status = 'active' group by e.id
    """
)
COVERED = text(
    """
    select k.class_code, count(*) filter (where k.class_code = any(f.have)),
        count(*) filter (where k.class_code = any(f.stale)),
        count(*) filter (where k.class_code = any(f.missing))
    from unnest(cast(:classes as text[])) as k (class_code) cross join firm_coverage f
    group by k.class_code
    """
)


def open_calendar(first: date, today: date) -> None:
    """Fill `staged_calendar`: for each day the last day of its term, and its working-day number.

    The number of a day that is none is that of the next working day: what comes in on a Saturday
    counts as come in on Monday.
    """
    connection = db.session.connection()
    connection.execute(DROP)
    connection.execute(CALENDAR)
    day, last, number = first - timedelta(days=BEFORE), today + timedelta(days=AFTER), 0
    with (
        door.driver(connection).cursor() as cursor,
        cursor.copy(COPY_CALENDAR) as copy,
    ):
        while day <= last:
            works = is_working_day(day)
            copy.write_row((day, rules.due_day(day), number + 1))
            number += works
            day += timedelta(days=1)
    for statement in ANALYZE:
        connection.execute(statement)


def rows(statement: Any, **bounds: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Run one of the reading statements above."""
    return db.session.execute(statement, bounds).all()


def change(statement: Any, **bounds: Any) -> None:
    """Run one of the writing statements above."""
    db.session.execute(statement, bounds)
