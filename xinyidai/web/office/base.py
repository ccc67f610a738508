"""What pages of the office share: the blueprint, redirects, paging and refused deeds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import ceil
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, RuleBroken
from xinyidai.kernel.http import Page

SEE_OTHER = 303
CONFLICT = 409
UNPROCESSABLE = 422
YEARS = range(1900, 3000)  # a day at an end of the calendar has no neighbour to reckon with
OFFICE = (Role.CREDIT_OFFICE,)
OVERSIGHT = (Role.CREDIT_OFFICE, Role.AUDITOR)
Row = dict[str, Any]
E = TypeVar("E", bound=StrEnum)

blueprint = Blueprint("office", __name__, url_prefix="/office")


@dataclass(frozen=True)
class Pager:
    """What the pagination under a list needs; `url` ends in «page=» and keeps the filter."""

    page: int
    pages: int
    total: int
    url: str


@dataclass
class Attempt:
    """A deed that was tried; `errors` are Chinese sentences by field, empty when it was done."""

    errors: dict[str, str] = field(default_factory=dict)
    status: int = UNPROCESSABLE


@contextmanager
def attempted(field_name: str) -> Iterator[Attempt]:
    """Catch what the services refuse, for a page that shows its form again.

    Refusals that name no field are shown at `field_name`. Stand outside `own_transaction`, so that
    the work is rolled back before the page is drawn.
    """
    attempt = Attempt()
    try:
        yield attempt
    except InvalidInput as error:
        attempt.errors = error.fields or {field_name: error.message}
    except (RuleBroken, Forbidden) as error:
        attempt.errors = {field_name: error.message}
    except Conflict as error:
        attempt.errors, attempt.status = {field_name: error.message}, CONFLICT


def done(message: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """Say that a deed was done and go on to a page."""
    flash(message, "ok")
    return redirect(url_for(endpoint, **values), SEE_OTHER)


def pager_of(page: Page, total: int) -> Pager:
    """Return the pagination of the list in this request."""
    kept = [(key, text) for key, text in request.args.items(multi=True) if key != "page"]
    url = f"?{urlencode([*kept, ('page', '')])}"
    return Pager(page.number, max(1, ceil(total / page.size)), total, url)


def options(names: Mapping[Any, str]) -> list[dict[str, str]]:
    """Return codes and Chinese names as the form macros take them."""
    return [{"value": str(code), "label": name} for code, name in names.items()]


def chosen_state(states: type[E], name: str = "state") -> E | None:
    """Read one member of a fixed list from the query string; empty is None, unknown is refused."""
    code = request.args.get(name, "")
    if not code:
        return None
    try:
        return states(code)
    except ValueError as error:
        raise InvalidInput(
            "没有这个筛选条件，请重新选择。", fields={name: "请从列表里选择"}
        ) from error


def typed(name: str) -> str:
    """Return what was typed in a form field, without blanks around it."""
    return request.form.get(name, "").strip()


def asked(name: str) -> str:
    """Return what the query string says, without blanks around it."""
    return request.args.get(name, "").strip()


def asked_day(name: str) -> date | None:
    """Return a day of the query string, None when it is empty; refuse what is not of our age."""
    if not asked(name):
        return None
    try:
        day = date.fromisoformat(asked(name))
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise InvalidInput("日期不对。", fields={name: "请填写日期，例如 2026-05-01"})
    return day


def link(url: str, words: str) -> Markup:
    """Return a link with escaped words."""
    return Markup('<a href="{}">{}</a>').format(url, words)
