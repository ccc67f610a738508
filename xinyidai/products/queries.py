"""Read loan products: the public catalogue, the office's desk and what matching needs."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, joinedload

from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.products.models import LoanProduct, ProductVersion, ShadowChange, ShadowRun
from xinyidai.products.rules import parse_criteria
from xinyidai.products.values import (
    Criterion,
    GuaranteeKind,
    IndicatorNames,
    ListedProduct,
    ProductKind,
    ProductVersionState,
    implied_criteria,
    region_path,
)

ABSENT = "没有找到这个产品。"
REGION_DIGITS = 6


@dataclass(frozen=True)
class CatalogueFilter:
    """What somebody looks for in the product supermarket, 产品超市; None is anything."""

    kind: ProductKind | None = None
    guarantee: GuaranteeKind | None = None
    region_code: str | None = None
    institution_id: UUID | None = None
    text: str = ""


def get_product(product_id: UUID) -> LoanProduct:
    """Return the product, or raise `NotFound`."""
    found = db.session.get(LoanProduct, product_id)
    if found is None:
        raise NotFound(ABSENT)
    return found


def find_product_by_code(code: str) -> LoanProduct | None:
    """Return the product with this code, or None."""
    return db.session.scalar(select(LoanProduct).where(LoanProduct.code == code))


def get_version(version_id: UUID, *, for_update: bool = False) -> ProductVersion:
    """Return the version with its product, or raise `NotFound`; `for_update` locks both rows."""
    statement = (
        select(ProductVersion)
        .join(ProductVersion.product)
        .options(contains_eager(ProductVersion.product))
        .where(ProductVersion.id == version_id)
    )
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(ABSENT)
    return found


def find_listed_version(product_id: UUID) -> ProductVersion | None:
    """Return the version of a product that is listed and in force today, or None."""
    return db.session.scalar(
        _versions().where(
            ProductVersion.product_id == product_id,
            ProductVersion.state == ProductVersionState.LISTED,
            *_in_force(clock.today()),
        )
    )


def on_sale_by_product(product_ids: Collection[UUID]) -> dict[UUID, ProductVersion]:
    """Return what of these products is listed and in force today, by product."""
    statement = _versions().where(
        ProductVersion.product_id.in_(product_ids),
        ProductVersion.state == ProductVersionState.LISTED,
        *_in_force(clock.today()),
    )
    return {version.product_id: version for version in db.session.scalars(statement)}


def list_versions(product_id: UUID) -> Sequence[ProductVersion]:
    """Return all versions of a product, newest first."""
    statement = _versions().where(ProductVersion.product_id == product_id)
    return db.session.scalars(statement.order_by(ProductVersion.version.desc())).all()


def list_of_institution(
    institution_id: UUID, *, limit: int = 50, offset: int = 0
) -> Sequence[ProductVersion]:
    """Return the newest version of each product of an institution, by name.

    A discarded one is the newest only where nothing else is left of the product.
    """
    is_kept = ProductVersion.state != ProductVersionState.DISCARDED
    kept, newest = (
        select(func.max(ProductVersion.version))
        .where(ProductVersion.product_id == LoanProduct.id, *only)
        .correlate(LoanProduct)
        .scalar_subquery()
        for only in ((is_kept,), ())
    )
    statement = (
        select(ProductVersion)
        .join(ProductVersion.product)
        .options(contains_eager(ProductVersion.product))
        .where(
            LoanProduct.institution_id == institution_id,
            ProductVersion.version == func.coalesce(kept, newest),
        )
        .order_by(LoanProduct.name, LoanProduct.id)
    )
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def list_awaiting_review(*, limit: int = 50, offset: int = 0) -> Sequence[ProductVersion]:
    """Return the versions that wait for the credit office, longest waiting first."""
    statement = (
        _versions()
        .where(ProductVersion.state == ProductVersionState.UNDER_REVIEW)
        .order_by(ProductVersion.submitted_at, ProductVersion.id)
    )
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def list_catalogue(
    wanted: CatalogueFilter, *, limit: int = 20, offset: int = 0
) -> Sequence[ProductVersion]:
    """Return listed versions anyone may see that fit the filter, by name."""
    statement = _on_sale().options(contains_eager(ProductVersion.product))
    statement = statement.where(*_conditions(wanted))
    statement = statement.order_by(ProductVersion.name, ProductVersion.id)
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def count_catalogue(wanted: CatalogueFilter) -> int:
    """Return how many listed versions fit the filter."""
    statement = _on_sale(func.count()).where(*_conditions(wanted))
    return db.session.scalar(statement) or 0


def listed_version_ids(*, on: date | None = None) -> tuple[UUID, ...]:
    """Return the ids of all versions on sale on a day, by default today, in order."""
    statement = _on_sale(ProductVersion.id, on=on).order_by(ProductVersion.id)
    return tuple(db.session.scalars(statement))


def fingerprint_of(version_ids: Iterable[UUID]) -> str:
    """Return the digest that names a set of listed versions, 产品目录指纹."""
    joined = "\n".join(sorted(str(version_id) for version_id in version_ids))
    return hashlib.sha256(joined.encode()).hexdigest()


def listed_products(indicators: IndicatorNames, *, on: date | None = None) -> list[ListedProduct]:
    """Return every version on sale as matching reads it, in the order of `listed_version_ids`.

    Versions and criteria are those in force on the day, by default today.
    """
    day = on or clock.today()
    statement = _on_sale(on=day).options(contains_eager(ProductVersion.product))
    found = db.session.scalars(statement.order_by(ProductVersion.id))
    return [as_listed(version, indicators, on=day) for version in found]


def versions_as_listed(
    version_ids: Sequence[UUID], indicators: IndicatorNames, *, on: date | None = None
) -> dict[UUID, ListedProduct]:
    """Return these versions, listed or not, as matching reads them on a day, by id."""
    if not version_ids:
        return {}
    found = db.session.scalars(_versions().where(ProductVersion.id.in_(version_ids)))
    return {version.id: as_listed(version, indicators, on=on) for version in found}


def as_listed(
    version: ProductVersion, indicators: IndicatorNames, *, on: date | None = None
) -> ListedProduct:
    """Return one version, listed or not, as matching reads it on a day, by default today."""
    return ListedProduct(
        version_id=version.id,
        product_id=version.product_id,
        institution_id=version.product.institution_id,
        code=version.product.code,
        name=version.name,
        kind=version.kind,
        terms=version.terms,
        criteria=criteria_on(version, indicators, on or clock.today()),
        text_conditions=tuple(version.text_conditions),
    )


def all_criteria(
    version: ProductVersion, indicators: IndicatorNames, *, stored: bool = True
) -> tuple[Criterion, ...]:
    """Return what the facts imply first, then the bank's own criteria, whatever their date.

    `stored` lets a criterion name an indicator that has left the dictionary since.
    """
    implied = implied_criteria(
        version.region_codes,
        version.whitelist_code,
        industry_codes=version.industry_codes,
        target_groups=version.target_groups,
    )
    return implied + parse_criteria(version.criteria, indicators, stored=stored)


def criteria_on(
    version: ProductVersion, indicators: IndicatorNames, day: date
) -> tuple[Criterion, ...]:
    """Return the criteria of a version that are in force on a day, 生效日."""
    return tuple(c for c in all_criteria(version, indicators) if c.holds_on(day))


def list_shelved(product_id: UUID) -> Sequence[ProductVersion]:
    """Return every version of a product in the state listed: in force, or waiting for its day."""
    statement = _versions().where(
        ProductVersion.product_id == product_id,
        ProductVersion.state == ProductVersionState.LISTED,
    )
    return db.session.scalars(statement.order_by(ProductVersion.version)).all()


def list_replaced(day: date, *, limit: int = 500) -> Sequence[ProductVersion]:
    """Return listed versions whose successor is in force by a day, locked for the caller."""
    statement = (
        select(ProductVersion)
        .join(ProductVersion.product)
        .options(contains_eager(ProductVersion.product))
        .where(
            ProductVersion.state == ProductVersionState.LISTED, ProductVersion.replaced_on <= day
        )
        .order_by(ProductVersion.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def find_shadow_run(version_id: UUID) -> ShadowRun | None:
    """Return the newest trial of a version, or None."""
    return db.session.scalar(
        select(ShadowRun)
        .where(ShadowRun.version_id == version_id)
        .order_by(ShadowRun.run_at.desc(), ShadowRun.id.desc())
        .limit(1)
    )


def newest_shadow_runs(version_ids: Collection[UUID]) -> dict[UUID, ShadowRun]:
    """Return the newest trial of each of these versions that has one."""
    statement = (
        select(ShadowRun)
        .where(ShadowRun.version_id.in_(version_ids))
        .ext(distinct_on(ShadowRun.version_id))
        .order_by(ShadowRun.version_id, ShadowRun.run_at.desc(), ShadowRun.id.desc())
    )
    return {run.version_id: run for run in db.session.scalars(statement)}


def count_shadow_runs(institution_id: UUID, since: datetime) -> int:
    """Return how many trials of a bank's products there were since a moment."""
    statement = (
        select(func.count())
        .select_from(ShadowRun)
        .join(ProductVersion, ProductVersion.id == ShadowRun.version_id)
        .join(LoanProduct, LoanProduct.id == ProductVersion.product_id)
        .where(LoanProduct.institution_id == institution_id, ShadowRun.run_at >= since)
    )
    return db.session.scalar(statement) or 0


def list_shadow_changes(run_id: UUID) -> Sequence[tuple[ShadowChange, Enterprise]]:
    """Return the firms on one side only of a trial, with the register's facts, by id."""
    statement = (
        select(ShadowChange, Enterprise)
        .join(Enterprise, Enterprise.id == ShadowChange.enterprise_id)
        .where(ShadowChange.run_id == run_id)
        .order_by(ShadowChange.side, Enterprise.id)
    )
    return [(change, firm) for change, firm in db.session.execute(statement)]


def _in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        or_(ProductVersion.effective_from.is_(None), ProductVersion.effective_from <= day),
        or_(ProductVersion.replaced_on.is_(None), ProductVersion.replaced_on > day),
    )


def _versions() -> Select[ProductVersion]:
    return select(ProductVersion).options(joinedload(ProductVersion.product))


def _on_sale(what: Any = ProductVersion, *, on: date | None = None) -> Select[Any]:
    day = on or clock.today()
    return (
        select(what)
        .select_from(ProductVersion)
        .join(LoanProduct, ProductVersion.product_id == LoanProduct.id)
        .join(Institution, LoanProduct.institution_id == Institution.id)
        .where(
            ProductVersion.state == ProductVersionState.LISTED,
            Institution.status == InstitutionStatus.ACTIVE,
            *_in_force(day),
        )
    )


def _conditions(wanted: CatalogueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(ProductVersion.kind == wanted.kind)
    if wanted.guarantee is not None:
        found.append(ProductVersion.guarantee == wanted.guarantee)
    if wanted.institution_id is not None:
        found.append(LoanProduct.institution_id == wanted.institution_id)
    if wanted.region_code:
        found.append(_serves(wanted.region_code))
    if wanted.text.strip():
        found.append(_mentions(wanted.text.strip()))
    return found


def _serves(region_code: str) -> ColumnElement[bool]:
    path = region_path(region_code) or region_code
    above = [path[:length] for length in range(2, len(path) + 1, 2)]
    codes = [*above, *(part.ljust(REGION_DIGITS, "0") for part in above)]
    return or_(
        func.cardinality(ProductVersion.region_codes) == 0,
        ProductVersion.region_codes.overlap(codes),
    )


def _mentions(words: str) -> ColumnElement[bool]:
    columns = (
        ProductVersion.name,
        ProductVersion.description,
        ProductVersion.target,
        Institution.name,
    )
    return or_(*(column.icontains(words, autoescape=True) for column in columns))
