"""Looks ordered together: one row at a time, each through the gate, none spent twice."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents import queries as consent_queries
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.credit_records import queries as looks
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from xinyidai.scoring import queries
from xinyidai.scoring.models import LookBatchRow
from xinyidai.scoring.service import batch_looks
from xinyidai.scoring.values import BatchLookState


class Desk:
    """A bank with one officer and firms that authorized it; everything is committed."""

    def __init__(self) -> None:
        self.bank = parties.institution()
        self.account = parties.account(Role.BANK_OFFICER, self.bank)
        self.officer = self.account.as_actor()
        self.bosses = {}
        db.session.commit()

    def consent(self, **changes: object) -> UUID:
        firm, today = parties.enterprise(), clock.today()
        facts = {
            "enterprise_id": firm.id,
            "institution_id": self.bank.id,
            "purpose": "pre_loan",
            "item_codes": ["tax"],
            "valid_until": today + timedelta(days=30),
            "data_from": today - timedelta(days=365),
            "data_life_days": 30,
            "max_uses": 2,
            "mode": ConsentMode.STORE,
        }
        boss = parties.boss_of(firm)
        [made] = consents.grant_directly(boss, [ConsentDraft(**{**facts, **changes})])
        self.bosses[made.id] = boss
        db.session.commit()
        return made.id

    def order(self, *consent_ids: UUID) -> UUID:
        batch_id = uuid4()
        batch_looks.order_batch(self.officer, batch_id, consent_ids)
        db.session.commit()
        return batch_id

    def revoke(self, consent_id: UUID) -> None:
        consents.revoke_consent(self.bosses[consent_id], consent_id)
        db.session.commit()


@pytest.fixture
def desk(live) -> Desk:
    return Desk()


def rows_of(batch_id: UUID) -> list[LookBatchRow]:
    db.session.rollback()
    return [line.LookBatchRow for line in queries.lines_of(batch_id)]


def uses(consent_id: UUID) -> int:
    db.session.rollback()
    return db.session.get(Consent, consent_id).use_count


def test_a_batch_looks_once_at_each_firm_and_names_itself_in_the_log(desk):
    ids = [desk.consent(), desk.consent()]
    batch_id = desk.order(*ids)
    batch_looks.run_batch(batch_id)
    assert [row.snapshot_id is not None for row in rows_of(batch_id)] == [True, True]
    assert [uses(consent_id) for consent_id in ids] == [1, 1]
    events = [looks.looks_under_consent(consent_id)[0] for consent_id in ids]
    assert {event.batch_id for event in events} == {batch_id}
    assert queries.find_batch(batch_id).state is BatchLookState.FINISHED


def test_the_job_runs_an_ordered_batch(desk, live):
    batch_id = desk.order(desk.consent())
    jobs.run_job(live, batch_looks.JOB, {"batch_id": str(batch_id)})
    assert rows_of(batch_id)[0].done_at is not None


def test_a_consent_revoked_meanwhile_is_refused_at_its_row(desk):
    kept, revoked, last = desk.consent(), desk.consent(), desk.consent()
    batch_id = desk.order(kept, revoked, last)
    desk.revoke(revoked)
    batch_looks.run_batch(batch_id)
    rows = rows_of(batch_id)
    assert [row.refusal for row in rows] == [None, "consent_refused", None]
    assert rows[1].reasons == ["revoked"]
    assert batch_looks.sentence_of(rows[1]) == "企业已撤回这份授权。"
    assert [uses(consent_id) for consent_id in (kept, revoked, last)] == [1, 0, 1]


def test_a_revoke_between_two_rows_stops_the_next_row(desk):
    first, second = desk.consent(), desk.consent()
    batch_id = desk.order(first, second)
    batch_looks._run_row(batch_id, 1)
    desk.revoke(second)
    batch_looks.run_batch(batch_id)
    assert [row.reasons for row in rows_of(batch_id)] == [[], ["revoked"]]
    assert (uses(first), uses(second)) == (1, 0)


def test_a_batch_run_again_skips_what_is_done(desk):
    ids = [desk.consent(), desk.consent()]
    batch_id = desk.order(*ids)
    batch_looks.run_batch(batch_id)
    queries.find_batch(batch_id).state = BatchLookState.RUNNING
    before = [row.snapshot_id for row in rows_of(batch_id)]
    batch_looks.run_batch(batch_id)
    assert [row.snapshot_id for row in rows_of(batch_id)] == before
    assert [uses(consent_id) for consent_id in ids] == [1, 1]


def test_a_look_committed_before_its_worker_died_is_found_again(desk):
    consent_id = desk.consent()
    batch_id = desk.order(consent_id)
    batch_looks.run_batch(batch_id)
    [row] = rows_of(batch_id)
    shown = row.snapshot_id
    # What a kill -9 leaves between the look's commit and the note of it.
    row.snapshot_id, row.done_at = None, None
    queries.find_batch(batch_id).state = BatchLookState.RUNNING
    db.session.commit()
    batch_looks.run_batch(batch_id)
    [row] = rows_of(batch_id)
    assert (row.snapshot_id, uses(consent_id)) == (shown, 1)


def test_an_officer_who_left_meanwhile_looks_at_nothing(desk):
    consent_id = desk.consent()
    batch_id = desk.order(consent_id)
    db.session.get(Account, desk.officer.account_id).status = AccountStatus.SUSPENDED
    db.session.commit()
    batch_looks.run_batch(batch_id)
    [row] = rows_of(batch_id)
    assert (row.reasons, uses(consent_id)) == (["role_not_allowed"], 0)
    assert looks.looks_under_consent(consent_id)[0].reasons == ["role_not_allowed"]


def test_the_same_order_sent_twice_is_one_batch(desk):
    consent_id, batch_id = desk.consent(), uuid4()
    for _ in range(2):
        batch_looks.order_batch(desk.officer, batch_id, [consent_id])
        db.session.commit()
    assert len(rows_of(batch_id)) == 1


def test_a_consent_ticked_twice_is_one_row(desk):
    consent_id = desk.consent()
    assert len(rows_of(desk.order(consent_id, consent_id))) == 1


def test_what_may_not_be_ordered(desk):
    consent_id = desk.consent()
    foreign = Desk()
    with pytest.raises(NotFound):
        batch_looks.order_batch(foreign.officer, uuid4(), [consent_id])
    with pytest.raises(InvalidInput):
        batch_looks.order_batch(desk.officer, uuid4(), [])
    with pytest.raises(InvalidInput, match="200"):
        batch_looks.order_batch(desk.officer, uuid4(), [uuid4() for _ in range(201)])
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, desk.bank).as_actor()
    with pytest.raises(Forbidden):
        batch_looks.order_batch(manager, uuid4(), [consent_id])


def test_a_batch_is_nobody_elses_business(desk):
    consent_id = desk.consent()
    batch_id = desk.order(consent_id)
    colleague = parties.account(Role.BANK_OFFICER, desk.bank).as_actor()
    with pytest.raises(NotFound):
        batch_looks.lines_of(colleague, batch_id)
    with pytest.raises(Conflict):
        batch_looks.order_batch(colleague, batch_id, [consent_id])


def test_the_file_leaves_out_what_may_not_be_read_or_kept_any_more(desk):
    kept, revoked = desk.consent(), desk.consent()
    page_only = desk.consent(mode=ConsentMode.VIEW)
    batch_id = desk.order(kept, revoked, page_only)
    batch_looks.run_batch(batch_id)
    desk.revoke(revoked)
    lines = list(batch_looks.export_lines(desk.officer, batch_id))
    assert [line.snapshot is not None for line in lines] == [True, False, False]
    assert lines[1].left_out == "企业已撤回这份授权。"
    assert lines[2].left_out == batch_looks.ONLY_ON_PAGE
    assert uses(kept) == 1


def test_a_row_not_run_yet_says_so(desk):
    batch_id = desk.order(desk.consent())
    [line] = batch_looks.export_lines(desk.officer, batch_id)
    assert line.left_out == batch_looks.NOT_RUN_YET
    assert consent_queries.find(line.line.consent.id).use_count == 0
