"""The list of page blueprints."""

from collections.abc import Iterator

from flask import Blueprint

from xinyidai.web import (
    audit,
    bank,
    catalogue_pages,
    department_objections,
    enterprise,
    ledger_api,
    messages,
    office,
    operator_pages,
    public_credit,
    public_pages,
    public_report_check,
    query_pages,
    sign_in,
)
from xinyidai.web.bank import guarantor


def blueprints(*, is_demo: bool) -> Iterator[Blueprint]:
    """Yield every page blueprint; the design sheet only where the demo runs."""
    yield sign_in.blueprint
    yield enterprise.blueprint
    yield bank.blueprint
    yield guarantor.blueprint
    yield query_pages.blueprint
    yield public_pages.blueprint
    yield public_credit.blueprint
    yield public_report_check.blueprint
    yield catalogue_pages.blueprint
    yield office.blueprint
    yield department_objections.blueprint  # the departments' own, with this module's pages
    yield audit.blueprint
    yield messages.blueprint
    yield ledger_api.downloads
    yield operator_pages.blueprint
    if is_demo:
        from xinyidai.web import design  # noqa: PLC0415 - not loaded in production at all

        yield design.blueprint
