"""What the catalogue, the office's desk and matching read."""

from datetime import timedelta

import pytest

from tests.products.factories import bank, draft, listed_version, manager_of, under_review
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.products import queries, service
from xinyidai.products.queries import CatalogueFilter
from xinyidai.products.values import GuaranteeKind, ProductKind


@pytest.fixture
def manager(db):
    """The product manager of an invented bank."""
    return manager_of(bank())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CatalogueFilter(), 1),
        (CatalogueFilter(kind=ProductKind.CREDIT_LOAN), 1),
        (CatalogueFilter(kind=ProductKind.BILL), 0),
        (CatalogueFilter(guarantee=GuaranteeKind.CREDIT), 1),
        (CatalogueFilter(guarantee=GuaranteeKind.PLEDGE), 0),
        (CatalogueFilter(region_code="410482"), 1),
        (CatalogueFilter(region_code="420100"), 0),
        (CatalogueFilter(text="纳税"), 1),
        (CatalogueFilter(text="虚构银行"), 1),
        (CatalogueFilter(text="%"), 0),
    ],
)
def test_the_catalogue_filters(manager, wanted, found):
    listed_version(manager)
    assert len(queries.list_catalogue(wanted)) == found
    assert queries.count_catalogue(wanted) == found


def test_only_listed_versions_of_active_banks_that_have_begun_are_on_sale(db):
    house = bank()
    manager = manager_of(house)
    shown = listed_version(manager)
    draft(manager, code="DRAFT")
    under_review(manager, code="REVIEW")
    listed_version(manager, code="LATER", effective_from=clock.today() + timedelta(days=1))
    assert queries.listed_version_ids() == (shown.id,)
    house.status = InstitutionStatus.SUSPENDED
    assert queries.listed_version_ids() == ()


def test_the_office_sees_what_waits_longest_first(manager, at):
    with at("2026-05-02T09:00"):
        later = under_review(manager, code="LATER")
    with at("2026-05-01T09:00"):
        sooner = under_review(manager, code="SOONER")
    assert [v.id for v in queries.list_awaiting_review()] == [sooner.id, later.id]


def test_a_bank_sees_the_newest_version_of_each_product(manager):
    first = listed_version(manager)
    second = service.revise_product(manager, first.product_id)
    assert [v.id for v in queries.list_of_institution(manager.party_id)] == [second.id]


def test_matching_reads_region_and_whitelist_as_criteria(manager):
    listed_version(manager, whitelist_code="general", effective_from=clock.today())
    [product] = queries.listed_products(service.indicator_names())
    assert [c.code for c in product.criteria] == ["service_region", "whitelist_member", "years"]
    assert product.institution_id == manager.party_id


def test_the_fingerprint_names_a_set_of_versions(manager):
    before = queries.fingerprint_of(queries.listed_version_ids())
    version = listed_version(manager)
    assert queries.fingerprint_of(queries.listed_version_ids()) != before
    assert queries.fingerprint_of([version.id]) == queries.fingerprint_of(iter([version.id]))
