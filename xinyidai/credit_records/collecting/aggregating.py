"""Named aggregations, 汇总: sound rows of a raw table become rows of a kind of the catalogue."""

from dataclasses import replace

from xinyidai.credit_records.collecting.fields import KindSpec
from xinyidai.credit_records.collecting.mapping import Binding, bad_mapping
from xinyidai.credit_records.collecting.validating import Check

# Sound invoice lines to one row a firm, month and side. Void lines count and give no amount; the
# largest counterparty is the one with the largest sum of valid lines, red ones deducted.
MONTHLY_INVOICING = """
    create table aggregated as
    with line as (
        select row_number, uscc, name, raw_code, raw_name,
            cast(date_trunc('month', v_invoiced_on) as date) as period, v_side as side,
            v_status = 'valid' as valid, v_total as total, v_counterparty as counterparty
        from sound),
    partner as (
        select uscc, name, period, side, counterparty, sum(total) as total
        from line where valid and counterparty is not null group by all),
    top as (
        select uscc, name, period, side, count(*) as partners, max(total) as largest
        from partner group by all)
    select min(row_number) as row_number, any_value(raw_code) as raw_code,
        any_value(raw_name) as raw_name, line.uscc, line.name,
        line.period as v_period, line.side as v_side,
        count(*) as v_invoice_count,
        count(*) filter (valid) as v_valid_count,
        count(*) filter (not valid) as v_void_count,
        count(*) filter (valid and total < 0) as v_negative_count,
        cast(coalesce(sum(total) filter (valid), 0) as bigint) as v_amount_yuan,
        coalesce(any_value(partners), 0) as v_counterparty_count,
        cast(coalesce(any_value(largest), 0) as bigint) as v_top_counterparty_amount
    from line left join top on top.uscc is not distinct from line.uscc
        and top.name is not distinct from line.name
        and top.period = line.period and top.side = line.side
    group by line.uscc, line.name, line.period, line.side
"""
# Arrears of five insurances in five columns to one row an insurance; nothing owed is no record.
SOCIAL_INSURANCE_ARREARS = """
    create table aggregated as
    select row_number, raw_code, raw_name, uscc, name, v_counted_on,
        insurance as v_insurance_kind, amount as v_amount
    from (unpivot (select row_number, raw_code, raw_name, uscc, name, v_counted_on,
            v_pension as pension, v_unemployment as unemployment, v_medical as medical,
            v_injury as injury, v_maternity as maternity from sound)
        on pension, unemployment, medical, injury, maternity
        into name insurance value amount)
    where amount > 0
"""
AGGREGATIONS = {
    "monthly_invoicing": MONTHLY_INVOICING,
    "social_insurance_arrears": SOCIAL_INSURANCE_ARREARS,
}


def aggregate(check: Check, target: KindSpec) -> Check:
    """Turn `sound` into rows of the target kind, and return the check of those."""
    name = check.mapping.aggregate or ""
    if name not in AGGREGATIONS:
        known = "、".join(sorted(AGGREGATIONS))
        raise bad_mapping(f"没有名为“{name}”的汇总步骤，可用的有：{known}。")
    check.engine.execute(AGGREGATIONS[name])
    check.engine.execute("drop table sound")
    check.engine.execute("alter table aggregated rename to sound")
    present = {column for (column, *_) in check.engine.execute("describe sound").fetchall()}
    columns = {spec.code: () for spec in target.facts if f"v_{spec.code}" in present}
    return replace(check, kind=target, binding=Binding(columns, {}, ("raw_code",), ("raw_name",)))
