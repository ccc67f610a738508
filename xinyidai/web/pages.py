"""The list of page blueprints."""

from collections.abc import Iterator

from flask import Blueprint

from xinyidai.web import (
    audit,
    bank,
    calculator_pages,
    catalogue_pages,
    department_checks,
    department_deliveries,
    department_lists,
    department_objections,
    department_promises,
    department_quality,
    enterprise,
    evaluation_pages,
    ledger_api,
    list_pages,
    look_pages,
    messages,
    office,
    operator_pages,
    public_credit,
    public_pages,
    public_report_check,
    query_pages,
    ranking_page,
    sign_in,
)
from xinyidai.web.bank import guarantor

# Departments have one blueprint, to which each of these modules adds its pages.
DEPARTMENT = (
    department_objections,
    department_checks,
    department_lists,
    department_deliveries,
    department_quality,
)
# What a look showed has several pages as well.
LOOKS = (query_pages, look_pages)


def blueprints(*, is_demo: bool) -> Iterator[Blueprint]:
    """Yield every page blueprint; the design sheet only where the demo runs."""
    yield sign_in.blueprint
    yield enterprise.blueprint
    yield bank.blueprint
    yield guarantor.blueprint
    yield LOOKS[0].blueprint
    yield public_pages.blueprint
    yield public_credit.blueprint
    yield calculator_pages.blueprint
    yield public_report_check.blueprint
    yield catalogue_pages.blueprint
    yield evaluation_pages.blueprint
    yield ranking_page.blueprint
    yield office.blueprint
    yield list_pages.blueprint
    yield DEPARTMENT[0].blueprint
    yield department_promises.blueprint
    yield audit.blueprint
    yield messages.blueprint
    yield ledger_api.downloads
    yield operator_pages.blueprint
    if is_demo:
        from xinyidai.web import design  # noqa: PLC0415 - not loaded in production at all

        yield design.blueprint
