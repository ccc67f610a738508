"""Look at the city's and a bank's numbers as far as the actor may; nothing here changes data."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page
from xinyidai.reporting import policies, queries, rules
from xinyidai.reporting.queries import Basis
from xinyidai.reporting.values import (
    POPULATION_FIGURES,
    BankNumbers,
    BehindFigure,
    BehindPriority,
    DeclineReason,
    Figure,
    FigureCode,
    Funnel,
    Period,
    PriorityMark,
    PriorityRow,
)


def read_figures(actor: Actor, period: Period) -> tuple[Figure, ...]:
    """Return the city's figures in the order the page shows them."""
    policies.require_city(actor)
    return rules.population_figures(queries.population(), period) + rules.lending_figures(
        queries.granted(period), queries.disbursed(period), period
    )


def read_funnel(actor: Actor, period: Period) -> Funnel:
    """Return the funnel of the applications submitted in the period, by bank and in total."""
    policies.require_city(actor)
    days = queries.decision_days(period, Basis.SUBMITTED)
    return rules.funnel(period, queries.reached_steps(period), days)


def read_decline_reasons(actor: Actor, period: Period) -> Sequence[DeclineReason]:
    """Return why the city's applications were refused, commonest reason first."""
    policies.require_city(actor)
    return queries.decline_reasons(period)


def read_behind(
    actor: Actor,
    code: FigureCode,
    period: Period,
    page: Page,
    *,
    institution_id: UUID | None = None,
) -> tuple[Sequence[BehindFigure], int]:
    """Return the list behind a figure; an institution may see its own part of it.

    The lists of firms that signed up or authorized are the city's alone.
    """
    if institution_id is None or code in POPULATION_FIGURES:
        policies.require_city(actor)
    else:
        policies.require_institution(actor, institution_id)
    return queries.rows_behind(code, period, page, institution_id=institution_id)


def read_bank_numbers(actor: Actor, institution_id: UUID, period: Period) -> BankNumbers:
    """Return an institution's numbers over the decisions it made in the period."""
    policies.require_institution(actor, institution_id)
    days = queries.decision_days(period, Basis.DECIDED, institution_id)
    return BankNumbers(
        period=period,
        median_days=rules.median_figure(days, period),
        approval_rate=rules.approval_rate(queries.decided(period, institution_id), period),
        reasons=queries.decline_reasons(period, institution_id),
    )


def read_priority(
    actor: Actor, period: Period, *, institution_id: UUID | None = None
) -> Sequence[PriorityRow]:
    """Return how banks served whitelisted firms, 优先满足: a line each, the city's total last.

    An institution sees its own line alone, without a total.
    """
    _require_part(actor, institution_id)
    counted = queries.priority_counts(period, clock.today(), institution_id)
    rows = [rules.priority_row(bank, name, marks) for bank, (name, marks) in counted.items()]
    return rows if institution_id is not None else [*rows, rules.priority_total(rows)]


def read_priority_behind(
    actor: Actor,
    mark: PriorityMark,
    period: Period,
    page: Page,
    *,
    institution_id: UUID | None = None,
) -> tuple[Sequence[BehindPriority], int]:
    """Return the applications or places in needs behind a number of `read_priority`."""
    _require_part(actor, institution_id)
    return queries.priority_behind(mark, period, clock.today(), page, institution_id=institution_id)


def _require_part(actor: Actor, institution_id: UUID | None) -> None:
    if institution_id is None:
        policies.require_city(actor)
    else:
        policies.require_institution(actor, institution_id)
