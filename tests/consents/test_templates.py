import copy

import pytest

from tests.factories import parties as make
from xinyidai.catalogue.purposes import PURPOSES, as_content, from_content
from xinyidai.consents import queries, service
from xinyidai.consents.values import ConsentState, TemplateState
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Forbidden, InvalidInput, InvalidTransition, RuleBroken


@pytest.fixture
def clerks(db):
    office = make.credit_office()
    return [make.clerk_of(office) for _ in range(2)]


def narrower(**caps):
    content = copy.deepcopy(as_content(service.purpose_in_force("pre_loan").purpose))
    content["caps"] |= caps
    return content


def raised(clerks, content):
    template = service.draft_template(clerks[0], "pre_loan", content, "缩短有效期")
    service.submit_template(clerks[0], template.id)
    for clerk in clerks:
        service.approve_template(clerk, template.id)
    return template


def test_every_shipped_purpose_survives_the_way_through_a_template():
    assert {code: from_content(code, as_content(p)) for code, p in PURPOSES.items()} == PURPOSES


def test_two_clerks_put_a_version_in_force_and_the_one_before_retires(clerks):
    before = queries.active_template("pre_loan")
    template = raised(clerks, narrower(max_uses=4))
    assert template.state is TemplateState.ACTIVE
    assert before.state is TemplateState.RETIRED
    found = service.purpose_in_force("pre_loan")
    assert (found.version, found.purpose.caps.max_uses) == (before.version + 1, 4)


def test_one_clerk_alone_puts_nothing_in_force(clerks):
    template = service.draft_template(clerks[0], "pre_loan", narrower(max_uses=4), "")
    service.submit_template(clerks[0], template.id)
    service.approve_template(clerks[0], template.id)
    with pytest.raises(RuleBroken, match="另一位"):
        service.approve_template(clerks[0], template.id)
    assert template.state is TemplateState.UNDER_REVIEW


def test_nobody_else_drafts_and_the_system_approves_nothing(clerks, db):
    officer = make.officer_of(make.institution())
    with pytest.raises(Forbidden):
        service.draft_template(officer, "pre_loan", narrower(), "")
    template = service.draft_template(SYSTEM, "pre_loan", narrower(max_uses=4), "")
    service.submit_template(SYSTEM, template.id)
    with pytest.raises(Forbidden):
        service.approve_template(SYSTEM, template.id)


@pytest.mark.parametrize(
    "content",
    [
        lambda: narrower(max_valid_days=91),
        lambda: narrower(max_uses=None),
        lambda: narrower(items=["no_such_item"]),
        lambda: narrower(modes=["stream"]),
        lambda: {**narrower(), "unknown": 1},
        lambda: {"text": "只有文字。"},
        lambda: narrower(max_uses=1),  # the default of 3 uses would exceed it
    ],
)
def test_a_template_wider_than_the_catalogue_or_incomplete_is_refused(clerks, content):
    with pytest.raises(InvalidInput):
        service.draft_template(clerks[0], "pre_loan", content(), "")


def test_a_second_version_waits_until_the_first_is_settled(clerks):
    template = service.draft_template(clerks[0], "pre_loan", narrower(max_uses=4), "")
    with pytest.raises(RuleBroken):
        service.draft_template(clerks[0], "pre_loan", narrower(max_uses=5), "")
    service.submit_template(clerks[0], template.id)
    service.reject_template(clerks[1], template.id, "次数太少")
    assert service.draft_template(clerks[0], "pre_loan", narrower(max_uses=5), "").version > 1
    with pytest.raises(InvalidTransition):
        service.approve_template(clerks[1], template.id)


def test_a_request_above_the_office_s_cap_cannot_be_made(clerks, parties):
    raised(clerks, narrower(max_uses=3))
    firm, bank = parties.firm(), parties.bank()
    with pytest.raises(InvalidInput) as refused:
        service.request_consent(parties.officer(bank.id), parties.draft(firm, bank, max_uses=4))
    assert refused.value.fields.keys() == {"max_uses"}


def test_retiring_a_purpose_suspends_its_consents_and_stops_new_ones(clerks, parties):
    firm, bank = parties.firm(), parties.bank()
    consent = parties.granted(firm, bank)
    service.retire_template(clerks[0], queries.active_template("pre_loan").id)
    assert service.state_of(consent) is ConsentState.SUSPENDED
    with pytest.raises(RuleBroken, match="用途模板"):
        parties.granted(firm, bank)
    service.revoke_consent(parties.boss(firm.id), consent.id)
    assert service.state_of(consent) is ConsentState.REVOKED
