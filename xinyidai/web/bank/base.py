"""What the bank's pages share: the blueprint, who may knock, redirects, paging."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page

blueprint = Blueprint("bank", __name__, url_prefix="/bank")

OFFICER = (Role.BANK_OFFICER,)
# Who asks firms for authorizations and looks under them; guarantors do it as loan officers do.
RECIPIENT = (*OFFICER, Role.GUARANTOR)
MANAGER = (Role.BANK_PRODUCT_MANAGER,)
BANK = (Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER)
HOLDER = (*BANK, Role.GUARANTOR)
UNPROCESSABLE = 422
SEE_OTHER = 303
PAGE_SIZES = (20, 50, 100)

K = TypeVar("K", bound=str)


@dataclass(frozen=True)
class Pager:
    """What the pagination under a list needs; `url` ends in «page=» and keeps the filter."""

    page: int
    pages: int
    total: int
    url: str


def bank_id() -> UUID:
    """Return the institution the signed-in person works for."""
    actor: Actor = g.actor
    if actor.party_id is None:
        raise Forbidden("您的账户还没有关联金融机构，请联系平台管理员。")
    return actor.party_id


def see_other(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Go on to a page of the bank after a POST."""
    return redirect(url_for(f"bank.{endpoint}", **values), SEE_OTHER)


def pager_of(page: Page, total: int) -> Pager:
    """Return the pagination of the list in this request."""
    kept = [(key, text) for key, text in request.args.items(multi=True) if key != "page"]
    url = f"?{urlencode([*kept, ('page', '')])}"
    return Pager(page.number, max(1, ceil(total / page.size)), total, url)


def options(names: Mapping[K, str]) -> list[dict[str, str]]:
    """Return codes and Chinese names as the form macros take them."""
    return [{"value": str(code), "label": name} for code, name in names.items()]
