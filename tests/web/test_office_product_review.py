"""What the reviewer sees: differences, examples, the trial; and a refusal with its reasons."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.products.factories import FACTS, draft, listed_version, manager_of, submitted
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.matching import service as matching
from xinyidai.products import service as products
from xinyidai.products.models import ProductVersion, ShadowRun
from xinyidai.web import shadow_view


@pytest.fixture
def office(live, client_as: Callable[..., FlaskClient]) -> FlaskClient:
    """A clerk of the credit office at the desk."""
    return client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))


def waiting() -> ProductVersion:
    """Return a second version under review with a stricter, a new and no region criterion."""
    manager = manager_of(parties.institution())
    first = listed_version(manager)
    second = products.revise_product(manager, first.product_id)
    stricter = FACTS.criteria[0] | {"value": 3, "reason_code": "too_young"}
    new = stricter | {"code": "staff", "field": "employees", "denial_text": "员工太少。"}
    facts = replace(FACTS, criteria=(stricter, new), region_codes=(), name="新税贷", examples=None)
    products.update_draft(manager, second.id, facts)
    matching.shadow_run(manager, second.id)
    submitted(manager, second.id)
    db.session.commit()
    return second


def test_the_reviewer_sees_the_differences_the_examples_and_the_trial(office):
    version = waiting()
    page = office.get(f"/office/products/{version.id}").text
    assert "与已上架的第 1 版的差异" in page
    assert "成立年限不低于2 年；理由：其他" in page
    assert "成立年限不低于3 年；理由：成立年限不足" in page
    for words in ("新增", "改动", "删去", "服务区域", "个样例现在全部与预期相符", "现在可触达"):
        assert words in page
    trial = office.get(f"/office/products/{version.id}/shadow")
    assert "与已上架的版本相比：+不足 5 / −不足 5 家" in trial.text


def test_a_version_whose_examples_fail_is_not_listed_and_says_why(office):
    version = waiting()
    version.criteria = [version.criteria[0] | {"value": 9}]
    db.session.commit()
    answer = office.post(f"/office/products/{version.id}", data={"action": "product:list"})
    assert answer.status_code == 422
    assert "产品还不能上架，请退回银行修改。" in answer.text
    assert "因为条件：成立年限不低于9 年" in answer.text
    assert "个与预期不符" in office.get(f"/office/products/{version.id}").text


def test_a_version_that_was_never_tried_has_no_page_of_a_trial(office):
    version = draft(manager_of(parties.institution()))
    db.session.commit()
    assert office.get(f"/office/products/{version.id}/shadow").status_code == 404


def test_in_a_trial_nobody_and_a_few_firms_look_alike():
    def run(**counts):
        return ShadowRun(
            listed_version_id=uuid4(), gained=0, lost=3, months=[], left_out=[], met=[],
            by_criterion=[{"side": "lost", "code": c, "text": c, "firms": n}
                          for c, n in counts.items()],
        )  # fmt: skip

    few, many = run(age=3), run(age=3, staff=6)
    assert shadow_view.changes_by_criterion(few) == shadow_view.changes_by_criterion(run())
    assert [row["text"] for row in shadow_view.changes_by_criterion(many)] == ["staff"]
