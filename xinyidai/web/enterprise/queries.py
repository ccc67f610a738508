"""Read models that join several slices for one enterprise page."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department, Institution
from xinyidai.institutions.queries import list_institutions
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.products.models import LoanProduct, ProductVersion


@dataclass(frozen=True)
class Offer:
    """A product version with the institution that offers it."""

    version: ProductVersion
    institution: Institution


def offers_of(version_ids: Collection[UUID]) -> dict[UUID, Offer]:
    """Return the versions with product and institution, by version id."""
    statement = (
        select(ProductVersion, Institution)
        .join(LoanProduct, LoanProduct.id == ProductVersion.product_id)
        .join(Institution, Institution.id == LoanProduct.institution_id)
        .options(contains_eager(ProductVersion.product))
        .where(ProductVersion.id.in_(version_ids))
    )
    return {
        version.id: Offer(version, institution)
        for version, institution in db.session.execute(statement)
    }


def institution_names() -> dict[UUID, str]:
    """Return the names of all institutions; a city has some dozens."""
    return {institution.id: institution.name for institution in list_institutions()}


def office_names(department_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of government offices."""
    if not department_ids:
        return {}
    statement = select(Department.id, Department.name).where(Department.id.in_(department_ids))
    return {row[0]: row[1] for row in db.session.execute(statement)}


def get_firm(enterprise_id: UUID) -> Enterprise:
    """Return the actor's own firm, or raise `NotFound`."""
    firm = db.session.get(Enterprise, enterprise_id)
    if firm is None:
        raise NotFound("没有找到这家企业。")
    return firm
