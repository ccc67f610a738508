"""What time and facts do to authorizations is told once by jobs, whoever runs them how often."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from tests.factories import parties as make
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.catalogue.purposes import PURPOSES, as_content
from xinyidai.consents import queries as consents
from xinyidai.consents import rules, service
from xinyidai.consents.due_queries import CAUSES
from xinyidai.consents.service import reminding
from xinyidai.consents.values import RefusalReason
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.notifications import queries
from xinyidai.notifications.values import Mailbox, PartyKind, Topic

R, T = RefusalReason, Topic
TOLD_TO_BANK = set(CAUSES) - {R.INSTITUTION_SUSPENDED}


def said(party, kind=PartyKind.ENTERPRISE, topic=None) -> list[str]:
    found = queries.page_of(Mailbox(kind, party.id), limit=100)
    return [m.title for m in found if topic in {None, m.topic}][::-1]


def said_to_bank(bank, topic=None) -> list[str]:
    return said(bank, PartyKind.INSTITUTION, topic)


class Case:
    """A firm, a bank, a named officer and one live authorization; and what may befall it."""

    def __init__(self, parties):
        self.parties = parties
        self.firm = make.enterprise()
        self.bank = make.institution()
        self.officer = make.account(Role.BANK_OFFICER, self.bank)
        self.boss = make.boss_of(self.firm)
        self.consent = self.granted(officer_account_id=self.officer.id)

    def granted(self, **changes):
        drafts = [self.parties.draft(self.firm, self.bank, **changes)]
        return service.grant_directly(self.boss, drafts)[0]

    def befall(self, cause: RefusalReason) -> None:
        changes = {
            R.INSTITUTION_SUSPENDED: (self.bank, "status", InstitutionStatus.SUSPENDED),
            R.ENTERPRISE_INACTIVE: (self.firm, "status", RegistrationStatus.CANCELLED),
            R.OFFICER_LEFT: (self.officer, "status", AccountStatus.SUSPENDED),
            R.REPRESENTATIVE_CHANGED: (self.firm, "legal_representative", "赵新任"),
        }
        if cause is R.PURPOSE_WITHDRAWN:
            template = consents.active_template("pre_loan")
            service.retire_template(make.clerk_of(make.credit_office()), template.id)
        else:
            row, name, value = changes[cause]
            setattr(row, name, value)
        database.session.flush()


@pytest.fixture
def case(db, parties):
    return Case(parties)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_suspension_by_facts_is_told_once_and_agrees_with_the_gate(case, cause):
    reminding.watch()
    assert said(case.firm, topic=T.CONSENT_SUSPENDED) == []
    case.befall(cause)

    reminding.watch()
    reminding.watch()

    assert rules.standing_reasons(service.facts_of(case.consent), clock.now()) == [cause]
    assert said(case.firm, topic=T.CONSENT_SUSPENDED) == [f"授权自动暂停：{case.bank.name}"]
    assert len(said_to_bank(case.bank, T.CONSENT_SUSPENDED)) == (cause in TOLD_TO_BANK)


def test_the_causes_told_are_those_the_gate_knows():
    assert list(CAUSES) == [reason for _, reason in rules.STANDING_REASONS]


def test_parties_that_nothing_befell_hear_nothing(case, parties):
    other = Case(parties)
    case.befall(R.ENTERPRISE_INACTIVE)

    reminding.watch()

    assert said(other.firm, topic=T.CONSENT_SUSPENDED) == []
    assert said_to_bank(other.bank, T.CONSENT_SUSPENDED) == []


@pytest.mark.parametrize("deed", ["revoke_consent", "suspend_consent"])
def test_what_is_over_or_suspended_by_the_firm_is_not_told_again(case, deed):
    getattr(service, deed)(case.boss, case.consent.id)
    before = said(case.firm)
    case.befall(R.INSTITUTION_SUSPENDED)

    reminding.watch()

    assert said(case.firm) == before


def test_two_causes_are_two_messages(case):
    case.befall(R.INSTITUTION_SUSPENDED)
    case.befall(R.REPRESENTATIVE_CHANGED)

    reminding.watch()

    assert len(said(case.firm, topic=T.CONSENT_SUSPENDED)) == 2


def test_what_recovers_is_told_and_told_anew_when_it_happens_again(case):
    for _ in range(2):
        case.befall(R.INSTITUTION_SUSPENDED)
        reminding.watch()
        case.bank.status = InstitutionStatus.ACTIVE
        reminding.watch()
        reminding.watch()

    names = ["授权自动暂停", "授权自动恢复"] * 2
    assert said(case.firm, topic=T.CONSENT_SUSPENDED) == [f"{n}：{case.bank.name}" for n in names]


def test_one_cause_gone_while_another_lasts_is_no_recovery(case):
    case.befall(R.INSTITUTION_SUSPENDED)
    case.befall(R.OFFICER_LEFT)
    reminding.watch()
    case.bank.status = InstitutionStatus.ACTIVE

    reminding.watch()

    assert all("恢复" not in title for title in said(case.firm))


def test_a_purpose_out_of_use_is_told_to_each_bank_once_for_all_its_consents(case, parties):
    others = [Case(parties) for _ in range(2)]
    for other in others:
        service.grant_directly(other.boss, [parties.draft(other.firm, case.bank)])
    case.befall(R.PURPOSE_WITHDRAWN)

    reminding.watch()
    service.revoke_consent(case.boss, case.consent.id)
    reminding.watch()

    assert said_to_bank(case.bank, T.CONSENT_SUSPENDED) == ["用途“贷前审查”已停用"]
    assert [len(said(other.firm, topic=T.CONSENT_SUSPENDED)) for other in others] == [2, 2]


def test_a_template_to_review_is_told_to_each_credit_office_once(db):
    offices = [make.credit_office(), make.credit_office()]
    police = make.department()
    clerk = make.clerk_of(offices[0])
    content = as_content(PURPOSES["pre_loan"])
    draft = service.draft_template(clerk, "pre_loan", content, "再版")
    reminding.watch()
    assert said(offices[0], PartyKind.DEPARTMENT) == []
    service.submit_template(clerk, draft.id)

    reminding.watch()
    reminding.watch()

    for office in offices:
        assert said(office, PartyKind.DEPARTMENT) == ["用途模板待批准：贷前审查"]
    assert said(police, PartyKind.DEPARTMENT) == []


def test_both_parties_are_reminded_a_week_and_a_day_before_the_end(case):
    end = case.consent.valid_until
    for days in range(10, -2, -1):
        with clock.at(clock.local(case.consent.granted_at) + _until(end, days)):
            reminding.remind()
            reminding.remind()

    assert said(case.firm, topic=T.CONSENT_EXPIRING) == [f"授权将到期：{case.bank.name}"] * 2
    assert len(said_to_bank(case.bank, T.CONSENT_EXPIRING)) == 2


def _until(end: date, days: int) -> timedelta:
    return end - clock.today() - timedelta(days=days)


def test_a_reminder_missed_on_its_day_comes_later_and_only_once(case):
    late = clock.local(case.consent.granted_at) + _until(case.consent.valid_until, 4)
    with clock.at(late):
        reminding.remind()
    with clock.at(late + timedelta(days=1)):
        reminding.remind()

    assert len(said(case.firm, topic=T.CONSENT_EXPIRING)) == 1


def test_what_lives_for_a_few_days_is_reminded_on_the_last_one_only(case):
    case.granted(purpose="guarantee", valid_until=clock.today() + timedelta(days=3))
    reminding.remind()
    assert said(case.firm, topic=T.CONSENT_EXPIRING) == []

    with clock.at(clock.now() + timedelta(days=2)):
        reminding.remind()
    assert len(said(case.firm, topic=T.CONSENT_EXPIRING)) == 1


def test_what_is_over_is_not_reminded_of(case):
    service.revoke_consent(case.boss, case.consent.id)
    with clock.at(clock.now() + _until(case.consent.valid_until, 1)):
        reminding.remind()

    assert said(case.firm, topic=T.CONSENT_EXPIRING) == []


@pytest.mark.parametrize(
    ("day", "is_told"),
    # Asked on Thursday 2026-11-05: three working days are over after Tuesday the 10th.
    [("2026-11-09T08:00", False), ("2026-11-10T08:00", False), ("2026-11-11T08:00", True)],
)
def test_a_request_unanswered_for_three_working_days_is_told_once(case, parties, at, day, is_told):
    with at("2026-11-05T10:00"):
        draft = parties.draft(case.firm, case.bank, purpose="guarantee")
        service.request_consent(case.officer.as_actor(), draft)
    with at(day):
        reminding.remind()
        reminding.remind()

    told = said(case.firm, topic=T.CONSENT_REQUESTED)[1:]
    assert told == [f"还没有答复的授权：{case.bank.name}"] * is_told


def test_an_answered_request_is_not_late(case, parties):
    draft = parties.draft(case.firm, case.bank, purpose="guarantee")
    asked = service.request_consent(case.officer.as_actor(), draft)
    service.decline_consent(case.boss, asked.id)
    with clock.at(clock.now() + timedelta(days=20)):
        reminding.remind()

    assert len(said(case.firm, topic=T.CONSENT_REQUESTED)) == 1


def test_what_waits_for_the_second_signature_is_late_too(case, parties):
    make.account(Role.ENTERPRISE_USER, case.firm, position=Position.AGENT)
    service.set_two_signers(case.boss, wanted=True)
    case.granted(purpose="guarantee")
    with clock.at(clock.now() + timedelta(days=20)):
        reminding.remind()

    assert said(case.firm, topic=T.CONSENT_REQUESTED) == [f"还没有答复的授权：{case.bank.name}"]


def test_the_jobs_ask_as_many_questions_for_many_consents_as_for_one(case, parties):
    one = _statements()
    for _ in range(10):
        Case(parties)
    database.session.flush()

    assert _statements() == one


def _statements() -> int:
    seen = []
    connection = database.session.connection()

    def note(*_: object) -> None:
        seen.append(1)

    event.listen(connection, "before_cursor_execute", note)
    try:
        reminding.watch()
        reminding.remind()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_the_jobs_are_registered_and_run_twice_without_a_second_message(live, parties):
    import xinyidai.consents.jobs  # noqa: F401 - registers them

    case = Case(parties)
    case.befall(R.INSTITUTION_SUSPENDED)
    firm_id = case.firm.id
    database.session.commit()
    for name in ("consents.watch", "consents.remind") * 2:
        jobs.run_job(live, name, {})

    mailbox = Mailbox(PartyKind.ENTERPRISE, firm_id)
    found = [m.topic for m in queries.page_of(mailbox, limit=50)]
    assert found == [T.CONSENT_SUSPENDED, T.CONSENT_GRANTED]
