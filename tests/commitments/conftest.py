"""A town with templates in force and a firm that promises something."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.factories.rights import Town
from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments import service
from xinyidai.commitments.models import Commitment, CommitmentTemplate
from xinyidai.commitments.values import Promise, TemplateDraft
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role

BODY = "{企业名称}（{统一社会信用代码}）就“{承诺事项}”向{受理单位}承诺，{履行期限} 前办妥。"
BASIS = "现场核查，材料已经补齐"


@pytest.fixture
def town(db) -> Town:
    made = Town()
    made.second = parties.account(Role.CREDIT_OFFICE, made.office)
    return made


@pytest.fixture
def template() -> Callable[..., CommitmentTemplate]:
    def make(town: Town, **changes) -> CommitmentTemplate:
        facts = {
            "code": f"t{uuid4().hex[:8]}",
            "kind": CommitmentKind.TOLERANCE,
            "title": "演示容缺受理承诺书",
            "body": BODY,
            "term_days": 60,
        }
        drafted = service.draft_template(
            town.clerk.as_actor(), TemplateDraft(**{**facts, **changes})
        )
        return service.approve_template(town.second.as_actor(), drafted.id)

    return make


@pytest.fixture
def promise() -> Callable[..., Promise]:
    def make(template: CommitmentTemplate, **changes) -> Promise:
        facts = {
            "template_id": template.id,
            "matter": "演示项目备案",
            "due_on": clock.today() + timedelta(days=20),
            "agreed": True,
            "request_key": uuid4(),
        }
        return Promise(**{**facts, **changes})

    return make


@pytest.fixture
def signed(template, promise) -> Callable[..., Commitment]:
    def make(town: Town, **changes) -> Commitment:
        return service.sign_commitment(town.boss, promise(template(town, **changes)))

    return make
