"""Bench of a product's change: from the office's click to what a firm sees, by real services."""

import dataclasses
import statistics
import time
from uuid import uuid4

from sqlalchemy import func, inspect, select

from tests.credit_records.bench_ground import city, tell
from tests.matching.cities import city_products
from tests.products.factories import bank, clerk, listed_version, manager_of, under_review
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id, own_transaction
from xinyidai.matching import service
from xinyidai.matching.values import Wish
from xinyidai.products import service as products
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.queries import listed_version_ids
from xinyidai.products.values import GuaranteeKind
from xinyidai.seeds import purposes

FIRMS = 2_000
PRODUCTS = 1_000
ROUNDS = 7
GOAL_MS = 1000
WISH = Wish(30_000_000, 12, GuaranteeKind.CREDIT)

Row = dict[str, object]


def match_product_change_ms() -> Row:
    """Listing or delisting one of 1,000 products until a firm's stored matches show it.

    Each time: the service's change, commit, the index compiled anew, the firm matched with all
    reasons, the run stored, commit. The process has matched before, as a server has.
    """
    with city(FIRMS, "matching"):
        manager = _stock()
        firm = db.session.scalars(select(Enterprise.id).order_by(Enterprise.id).limit(1)).one()
        _match(firm)
        times = []
        for _ in range(ROUNDS):
            with own_transaction():
                waiting = under_review(manager, code=f"BENCH-{uuid4().hex[:12]}").id
            times.append(_seconds_of(firm, waiting, listed=True))
            times.append(_seconds_of(firm, waiting, listed=False))
    value = statistics.median(times) * 1000
    return {
        "bench": "match_product_change_ms",
        "value": round(value, 1),
        "unit": "ms",
        "baseline": GOAL_MS,
        "ratio": round(GOAL_MS / value, 2),
        "better": "lower",
        "n": PRODUCTS,
        "runs": len(times),
        "min": round(min(times) * 1000, 1),
        "max": round(max(times) * 1000, 1),
    }


def _seconds_of(firm: object, version_id: object, *, listed: bool) -> float:
    manager = _manager()
    started = time.perf_counter()
    with own_transaction():
        if listed:
            products.list_product(clerk(), version_id)
        else:
            products.delist_product(manager, version_id, "额度用完")
    count = _match(firm)
    seconds = time.perf_counter() - started
    index = service.current_index()
    if (version_id in index.by_version) is not listed or count != len(index.products):
        raise RuntimeError("the change is not visible")
    return seconds


def _match(firm: object) -> int:
    """Match the firm and store the run, as its page does; return how many products it saw."""
    user = Actor(uuid4(), Role.ENTERPRISE_USER, firm, "经办人")
    with own_transaction():
        return service.match_own_firm(user, firm, WISH).run.product_count


def _manager() -> Actor:
    found = db.session.scalars(select(Institution).where(Institution.name == "测速虚构银行"))
    return manager_of(found.first() or bank("测速虚构银行"))


def _stock() -> Actor:
    """Put 1,000 listed products there once: copies of one that was listed through the service."""
    with own_transaction():
        purposes.put_in_force(purposes.INVENTED_CLERKS)
        manager = _manager()
        lacking = PRODUCTS - len(listed_version_ids())
        if lacking > 0:
            tell(f"stocking {lacking} products")
            _copy(listed_version(manager, code=f"BENCH-{uuid4().hex[:12]}"), lacking)
    return manager


def _copy(first: ProductVersion, count: int) -> None:
    columns = [column.key for column in inspect(ProductVersion).column_attrs]
    kept = {key: getattr(first, key) for key in columns if key not in {"id", "product_id"}}
    sheetless = kept.keys() - {"cost_items"}
    offset = db.session.scalar(select(func.count()).select_from(LoanProduct)) or 0
    for number, (criteria, listed) in enumerate(city_products(count)):
        product = LoanProduct(
            id=new_id(),
            code=f"BENCH-{offset}-{number}",
            institution_id=first.product.institution_id,
            name=f"测速产品{number}",
            kind=first.kind,
            current_version=1,
        )
        terms = dataclasses.asdict(listed.terms)
        db.session.add(product)
        db.session.flush()
        changed = {
            "product_id": product.id,
            "criteria": [{**one, "show_threshold": True} for one in criteria],
            "region_codes": [],
            "name": product.name,
        }
        version = kept | {key: value for key, value in terms.items() if key in sheetless} | changed
        db.session.add(ProductVersion(id=new_id(), **version))
    db.session.flush()
