"""What all enterprise pages share: the blueprint, whose firm it is, and how forms are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from unicodedata import normalize
from uuid import UUID

from flask import Blueprint, g

from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import Forbidden, InvalidInput, NotFound
from xinyidai.kernel.http import Page
from xinyidai.kernel.money import Yuan, format_wan

MOST_DIGITS = 9
SEE_OTHER = 303
UNPROCESSABLE = 422

T = TypeVar("T")

blueprint = Blueprint("enterprise", __name__, url_prefix="/enterprise")


@dataclass(frozen=True)
class Slice(Generic[T]):
    """One page of a list that is held whole; `number` counts from 1."""

    rows: Sequence[T]
    number: int
    pages: int
    total: int


def actor() -> Actor:
    """Return who acts; the gate has let only enterprise users through."""
    who: Actor = g.actor
    return who


def firm_id() -> UUID:
    """Return the actor's firm."""
    firm = actor().party_id
    if firm is None:
        raise Forbidden("这个账户没有绑定企业，请联系平台管理员。")
    return firm


def slice_of(rows: Sequence[T], page: Page) -> Slice[T]:
    """Cut one page out of a list."""
    pages = max(1, -(-len(rows) // page.size))
    return Slice(rows[page.offset : page.offset + page.size], page.number, pages, len(rows))


def read_wan(text: str, field: str, faults: dict[str, str]) -> int:
    """Read 万元 as typed into 分; note a fault and return 0 when it is no amount."""
    if not text.strip():
        faults[field] = "请填写金额，例如 50。"
        return 0
    try:
        return Yuan.of_wan(normalize("NFKC", text)).fen
    except InvalidInput as error:
        faults[field] = error.message
        return 0


def read_number(text: str, field: str, faults: dict[str, str], *, words: str) -> int:
    """Read a whole number as typed; note a fault with these words and return 0 otherwise."""
    cleaned = normalize("NFKC", text).strip()  # a phone's keyboard types １２ as well as 12
    if not (cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= MOST_DIGITS):
        faults[field] = words
        return 0
    return int(cleaned)


def typed_wan(fen: int) -> str:
    """Return an amount in 万元 as a person would type it."""
    return format_wan(fen).removesuffix(" 万元").replace(",", "")


def read_id(text: str) -> UUID:
    """Read an id from a query string; anything else is not found."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("没有找到要办理的内容，请从列表重新进入。") from error
