"""The loan products of the invented city, drafted by banks and listed by the credit office."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

from xinyidai.catalogue.reading import Entry, parse_catalogue
from xinyidai.kernel.money import Yuan
from xinyidai.products import service as products
from xinyidai.products.values import (
    GuaranteeKind,
    ProductFacts,
    ProductKind,
    ProductVersionState,
    RepaymentMethod,
    Terms,
)
from xinyidai.seeds.cost_sheets import sheet_of
from xinyidai.seeds.parties import Cast
from xinyidai.seeds.times import at

State = ProductVersionState
HUNDRED = Decimal(100)
DOCUMENTS = ("营业执照", "法定代表人身份证明", "贷款用途说明")


@dataclass(frozen=True)
class PlannedProduct:
    """One product of the file, whose bank it is, and how far its life has come."""

    facts: ProductFacts
    bank: str
    state: State


@dataclass(frozen=True)
class OnSale:
    """One listed product as applications need it."""

    product_id: UUID
    bank: str
    facts: ProductFacts


def read_products() -> list[PlannedProduct]:
    """Return the products of the file, or raise `CatalogueBroken`."""
    name = "products.yaml"
    text = files("xinyidai.seeds").joinpath("data", name).read_text(encoding="utf-8")
    root = parse_catalogue(text, name)
    library = root.take("library")
    if not isinstance(library, dict):
        raise TypeError("the library of criteria must be a mapping")
    planned = [_planned(entry, library) for entry in root.entries("products")]
    root.close()
    return planned


UNFINISHED = frozenset({State.DRAFT, State.UNDER_REVIEW})


def stock(cast: Cast, start: datetime, recent: datetime) -> list[OnSale]:
    """Draft, submit, list and delist everything in the weeks after `start`; return what is listed.

    What is not listed yet was begun after `recent`. One product gets a second version, so that its
    first is delisted by being replaced; a second version of another is thrown away as a draft.
    """
    on_sale = []
    for place, planned in enumerate(read_products()):
        begun = recent if planned.state in UNFINISHED else start
        product_id = _bring(cast, planned, begun + timedelta(hours=place))
        if planned.state is State.LISTED:
            on_sale.append(OnSale(product_id, planned.bank, planned.facts))
    _revise(cast, on_sale[0], start + timedelta(days=40))
    _discard(cast, on_sale[2], start + timedelta(days=50))
    return on_sale


def _bring(cast: Cast, planned: PlannedProduct, moment: datetime) -> UUID:
    manager, office = cast.manager_of(planned.bank), cast.actor("xinyongban1")
    with at(moment):
        version = products.draft_product(manager, planned.facts)
        products.add_proposed_examples(manager, version.id)
    if planned.state is not State.DRAFT:
        with at(moment + timedelta(minutes=50)):
            products.submit_product(manager, version.id)
    if planned.state in {State.LISTED, State.DELISTED}:
        with at(moment + timedelta(hours=20)):
            products.list_product(office, version.id)
    if planned.state is State.DELISTED:
        with at(moment + timedelta(days=90)):
            products.delist_product(manager, version.id, "阶段性产品到期，停止办理。")
    return version.product_id


def _revise(cast: Cast, on_sale: OnSale, moment: datetime) -> None:
    manager = cast.manager_of(on_sale.bank)
    with at(moment):
        version = products.revise_product(manager, on_sale.product_id)
    with at(moment + timedelta(hours=1)):
        products.submit_product(manager, version.id)
    with at(moment + timedelta(hours=25)):
        products.list_product(cast.actor("xinyongban2"), version.id)


def _discard(cast: Cast, on_sale: OnSale, moment: datetime) -> None:
    manager = cast.manager_of(on_sale.bank)
    with at(moment):
        version = products.revise_product(manager, on_sale.product_id)
    with at(moment + timedelta(hours=3)):
        products.discard_product(manager, version.id, "总行推迟了这次改版。")


def _planned(entry: Entry, library: dict[str, Any]) -> PlannedProduct:
    state = entry.choice("state", State) if entry.has("state") else State.LISTED
    planned = PlannedProduct(_facts(entry, library), entry.text("bank"), state)
    entry.close()
    return planned


def _facts(entry: Entry, library: dict[str, Any]) -> ProductFacts:
    about, kind = entry.text("about"), entry.choice("kind", ProductKind)
    return ProductFacts(
        code=entry.text("code"),
        name=entry.text("name"),
        kind=kind,
        terms=_terms(entry, kind),
        region_codes=entry.texts("regions"),
        criteria=tuple(_criterion(code, library[code]) for code in entry.texts("criteria")),
        required_items=entry.texts("items"),
        documents=entry.texts("documents") or DOCUMENTS,
        target=about,
        description=f"{about}（演示产品）",
        whitelist_code=entry.optional_text("whitelist"),
        source="演示数据",
        target_groups=entry.texts("groups"),
    )


def _terms(entry: Entry, kind: ProductKind) -> Terms:
    (low, high), (short, long) = (_pair(entry, key) for key in ("amount", "term"))
    rates = _pair(entry, "rate") if entry.has("rate") else None
    return Terms(
        amount_min_fen=Yuan.of_wan(low).fen,
        amount_max_fen=Yuan.of_wan(high).fen,
        term_min_months=int(short),
        term_max_months=int(long),
        rate_min=rates[0] / HUNDRED if rates else None,
        rate_max=rates[1] / HUNDRED if rates else None,
        guarantee=entry.choice("guarantee", GuaranteeKind),
        repayment=entry.choice("repayment", RepaymentMethod),
        promise_days=entry.integer("days"),
        cost_items=sheet_of(kind),
    )


def _pair(entry: Entry, key: str) -> tuple[Decimal, Decimal]:
    value = entry.take(key)
    if not isinstance(value, list):
        raise TypeError(f"{key} must be a pair")
    low, high = (Decimal(str(bound)) for bound in value)
    return low, high


def _criterion(code: str, told: dict[str, Any]) -> dict[str, Any]:
    criterion = {
        "code": code,
        "field": told["field"],
        "operator": told["operator"],
        "denial_text": told["text"],
    }
    return criterion | ({"value": told["value"]} if "value" in told else {})
