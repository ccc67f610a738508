"""Statements that measure deliveries, 数据质量检查: set-based, between temp tables and the store.

The temp tables `staged_*` belong to the application role and live for one transaction; the door
may read what it is told in them and fill the rest. No name of a firm leaves: a record is its
number in the store, a day and the masked number of its document.
"""

from sqlalchemy import text

CITY_TIME = "Asia/Shanghai"
TABLES = (
    ("staged_batch", "select"),
    ("staged_kind", "select"),
    ("staged_organ", "select"),
    ("staged_report", "insert"),
    ("staged_known", "insert"),
    ("staged_coverage", "insert"),
)
DROP = text(f"drop table if exists {', '.join(name for name, _ in TABLES)}")
CREATE = (
    text(
        """
        create temp table staged_batch (
            batch_id uuid primary key, department_code text not null, kind text not null,
            received_on date not null, file_name text not null, is_measured boolean not null
        ) on commit drop
        """
    ),
    text(
        """
        create temp table staged_kind (
            kind text primary key, family text not null, number_field text not null,
            organ_field text, organ_code text, office_code text not null
        ) on commit drop
        """
    ),
    text(
        """
        create temp table staged_organ (
            organ text primary key, department_code text not null
        ) on commit drop
        """
    ),
    text(
        """
        create temp table staged_report (
            record_id bigint, batch_id uuid, kind text, decided_on date, shown_number text
        ) on commit drop
        """
    ),
    text(
        """
        create temp table staged_known (
            match_key text, record_id bigint, organ_code text, kind text, known_source text,
            decided_on date, shown_number text, is_reported boolean
        ) on commit drop
        """
    ),
    text(
        """
        create temp table staged_coverage (
            enterprise_id uuid, class_code text, is_fresh boolean
        ) on commit drop
        """
    ),
)
GRANTS = tuple(text(f"grant {right} on {name} to xinyidai_door") for name, right in TABLES)
ANALYZE = text("analyze staged_batch")
COPY_BATCHES = (
    "copy staged_batch (batch_id, department_code, kind, received_on, file_name, is_measured)"
    " from stdin"
)
ADD_KIND = text(
    "insert into staged_kind values (:kind, :family, :number, :organ, :organ_code, :office)"
)
ADD_ORGAN = text(
    "insert into staged_organ values (:organ, :department) on conflict (organ) do nothing"
)

# The kind of a register extract's batch has no catalogue entry of its own.
DELIVERED = text(
    f"""
    select id, source, kind, file_name, rows_total, rows_accepted, rows_rejected, rows_unchanged,
           (started_at at time zone '{CITY_TIME}')::date as received_on
    from credit.collection_batch where state = 'finished' order by started_at, id
    """  # noqa: S608 - a constant
)

# The ends of a number, and never more than half of it.
MASKED = "left({0}, 1) || '***' || right({0}, least(4, length({0}) / 3))"
# What a record is a version of; an earlier version of it was received earlier.
SAME = """{0}.enterprise_id = r.enterprise_id and {0}.kind = r.kind and {0}.source = r.source
            and {0}.natural_key = r.natural_key"""
# The first version of each record that came in by the measured batches. What was corrected under
# another key stands for itself in the batch of the one it replaced, so that one is left out.
REPORTED = text(
    f"""
    insert into staged_report (record_id, batch_id, kind, decided_on, shown_number)
    select r.id, r.batch_id, r.kind, r.occurred_on,
           {MASKED.format("split_part(r.natural_key, '|', 1)")}
    from staged_batch b join credit.credit_record r on r.batch_id = b.batch_id
    join staged_kind k on k.kind = r.kind
    where b.is_measured
        and not exists (
            select 1 from credit.credit_record e where {SAME.format("e")} and e.id < r.id)
        and (r.status in ('in_force', 'withdrawn', 'repaired') or exists (
            select 1 from credit.credit_record l where {SAME.format("l")} and l.id > r.id
                and l.status in ('in_force', 'withdrawn', 'repaired')))
    """  # noqa: S608 - constants
)

NUMBER = "coalesce(nullif(trim({0}.content ->> {1}.number_field), ''), {0}.natural_key)"
BARE = "regexp_replace(trim({0}), '[（(][^）)]*[）)]', '', 'g')"
KNOWN = text(
    f"""
    insert into staged_known (
        match_key, record_id, organ_code, kind, known_source, decided_on, shown_number, is_reported)
    select distinct on (match_key)
        match_key, id, organ_code, kind, source, occurred_on, {MASKED.format("number")},
        exists (
            select 1 from credit.credit_record x
            join staged_kind xk on xk.kind = x.kind and xk.family = d.family
            join staged_batch xb on xb.batch_id = x.batch_id
            where x.enterprise_id = d.enterprise_id
                and xb.department_code in (d.organ_code, xk.office_code)
                and (x.occurred_on = d.occurred_on or {NUMBER.format("x", "xk")} = d.number))
    from (
        select r.id, r.kind, r.source, r.occurred_on, r.enterprise_id, k.family,
            b.department_code, k.office_code, {NUMBER.format("r", "k")} as number,
            coalesce(k.organ_code, o.department_code) as organ_code,
            encode(sha256(convert_to(concat_ws('|', r.enterprise_id, k.family,
                {NUMBER.format("r", "k")}), 'UTF8')), 'hex') as match_key
        from credit.credit_record r
        join staged_kind k on k.kind = r.kind
        join staged_batch b on b.batch_id = r.batch_id
        left join staged_organ o on o.organ = {BARE.format("r.content ->> k.organ_field")}
        where r.status = 'in_force' and r.occurred_on between :since and :until
    ) d
    where d.organ_code is not null and d.department_code not in (d.organ_code, d.office_code)
    order by match_key, id
    """  # noqa: S608 - constants
)

# `kinds`, `classes`, `fresh_since` and `latest` are arrays of one length: the facts of a kind are
# fresh when its last delivery, or for periods the firm's newest fact, is not older than that day.
COVERED = text(
    """
    insert into staged_coverage (enterprise_id, class_code, is_fresh)
    select f.enterprise_id, k.class_code, bool_or(
        case when k.is_period then f.newest else k.delivered_on end >= k.fresh_since)
    from unnest(cast(:kinds as text[]), cast(:classes as text[]), cast(:fresh as date[]),
        cast(:delivered as date[]), cast(:periods as boolean[]))
        as k (kind, class_code, fresh_since, delivered_on, is_period)
    join (
        select enterprise_id, kind, max(occurred_on) as newest from credit.credit_record
        where status = 'in_force' and kind = any(cast(:kinds as text[]))
        group by enterprise_id, kind
    ) f on f.kind = k.kind
    group by f.enterprise_id, k.class_code
    """
)

CODE_FAULTS = text(
    """
    select batch_id, rule, count(distinct row_number) as rows from credit.collection_rejection
    where batch_id = any(:batches) and rule = any(:rules) group by batch_id, rule
    """
)
REJECTED = text(
    """
    select batch_id, row_number, field, shown_value, rule, occurred_on
    from credit.collection_rejection
    where batch_id = any(:batches) and (cast(:rules as text[]) is null or rule = any(:rules))
    order by batch_id, row_number, id limit :limit offset :offset
    """
)
COUNT_REJECTED = text(
    """
    select count(*) as entries, count(distinct (batch_id, row_number)) as rows
    from credit.collection_rejection
    where batch_id = any(:batches) and (cast(:rules as text[]) is null or rule = any(:rules))
    """
)
