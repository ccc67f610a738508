"""A published list goes on sale: entered by one person, listed by another, once."""

import csv

import pytest

from tests.factories import parties
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Forbidden
from xinyidai.products import queries
from xinyidai.products.importing import COLUMNS
from xinyidai.products.service import ListDesk, import_list

ROW = {
    "source": "某平台",
    "bank": "虚构银行",
    "product": "科技信用贷",
    "type": "信用贷",
    "amount_max_wan": "500",
    "term_months": "12",
    "conditions": "企业成立2年以上;经营正常",
    "description": "给科技企业的信用贷款。",
}


@pytest.fixture
def desk(db):
    keeper = parties.account(Role.OPERATOR).as_actor()
    return ListDesk(keeper, parties.clerk_of(parties.credit_office()), may_admit=True)


@pytest.fixture
def written(tmp_path):
    def write(*rows):
        path = tmp_path / "products.csv"
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, sorted(COLUMNS), restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def listed_of(name):
    bank = next(b for b in institutions.list_institutions() if b.name == name)
    return bank, queries.list_of_institution(bank.id)


def test_a_list_admits_its_banks_and_goes_on_sale(desk, written):
    done = import_list(desk, written(ROW, ROW | {"product": "微贷"}, ROW | {"type": "个人"}))
    bank, versions = listed_of("虚构银行")
    assert (done.rows, done.listed, done.institutions_admitted, len(done.rejected)) == (3, 2, 1, 1)
    assert bank.code.startswith("LIST-")
    assert [version.state for version in versions] == ["listed", "listed"]
    assert versions[0].submitted_by != versions[0].approved_by


def test_the_same_list_again_changes_nothing_and_a_changed_row_is_the_next_version(desk, written):
    import_list(desk, written(ROW))
    again = import_list(desk, written(ROW))
    changed = import_list(desk, written(ROW | {"amount_max_wan": "300"}))
    assert (again.unchanged, again.listed, again.revised, again.institutions_admitted) == (
        1,
        0,
        0,
        0,
    )
    assert (changed.revised, changed.unchanged) == (1, 0)
    _, [version] = listed_of("虚构银行")
    assert (version.version, version.terms.amount_max_fen) == (2, 300_000_000)


def test_what_cannot_go_on_sale_is_told_with_its_reason(desk, written):
    done = import_list(desk, written(ROW | {"description": ""}, ROW | {"bank": "某某平台"}))
    assert (done.listed, done.institutions_admitted) == (0, 1)
    assert ["说明" in done.rejected[0].reason, "机构类型" in done.rejected[1].reason] == [
        True,
        True,
    ]


def test_without_leave_to_admit_a_missing_bank_is_refused(desk, written):
    done = import_list(ListDesk(desk.drafter, desk.lister), written(ROW))
    assert (done.listed, done.rejected[0].reason) == (0, "“虚构银行”没有入驻平台。")


def test_a_product_manager_enters_the_own_bank_only(desk, written):
    own = parties.institution(name="虚构银行", short_name="虚行")
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, own).as_actor()
    parties.institution(name="另一银行")
    done = import_list(ListDesk(manager, desk.lister), written(ROW, ROW | {"bank": "另一银行"}))
    assert (done.listed, done.rejected[0].institution) == (1, "另一银行")


def test_one_person_alone_puts_nothing_on_sale(desk, written):
    alone = ListDesk(desk.lister, desk.lister, may_admit=True)
    assert import_list(alone, written(ROW)).listed == 0
    officer = parties.officer_of(parties.institution())
    with pytest.raises(Forbidden):
        import_list(ListDesk(officer, desk.lister), written(ROW))
