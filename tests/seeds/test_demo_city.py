"""The invented city in a database: everything present, and twice the same."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from xinyidai.accounts import service as accounts
from xinyidai.accounts.models import Account
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.values import ApplicationState
from xinyidai.audit import service as audit
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.models import QueryEvent
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import Conflict
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.values import EventState
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductVersionState
from xinyidai.scoring.models import ModelVersion, ScoreResult
from xinyidai.scoring.values import ModelState
from xinyidai.seeds import crowd, demo, fingerprint, ground, lending, queries, reference
from xinyidai.seeds.parties import PASSWORD
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.values import EntryState


def _quiet(_line: str) -> None:
    pass


def _count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _states(model) -> set[object]:
    return set(db.session.scalars(select(model.state)))


def test_the_city_is_written_whole_and_only_once(live):
    demo.seed_if_empty(_quiet)
    written = _count(Enterprise), _count(LoanApplication)
    said: list[str] = []
    demo.seed_if_empty(said.append)
    assert said == ["演示城市已就绪。"]
    assert written == (_count(Enterprise), _count(LoanApplication))
    _assert_counts()
    _assert_states()
    _assert_first_use()


def _assert_counts() -> None:
    assert _count(Enterprise) >= 2_000
    assert _count(Institution) >= 12
    assert _count(ProductVersion) >= 40
    assert _count(ScoreResult) >= 2_000
    assert _count(PendingName) >= 3
    assert _count(LoanApplication) >= 200
    collected = credit_records.collected_kinds()
    assert len(collected) >= 20
    roles = set(db.session.scalars(select(Account.role).where(Account.is_demo)))
    people = set(Role) - {Role.PUBLIC, Role.SYSTEM, Role.BANK_CLIENT}
    assert roles == people
    scales = set(db.session.scalars(select(Enterprise.scale)))
    assert {"large", "medium", "small", "micro"} <= scales


def _assert_states() -> None:
    assert _states(LoanApplication) == set(ApplicationState)
    kinds = set(db.session.scalars(select(ProductVersion.kind)))
    assert kinds >= {"factoring", "credit_insurance"}
    assert _states(FinancingNeed) >= {"draft", "published", "withdrawn", "expired"}
    assert _states(FinancingNeed) >= {"claimed", "contacted", "dispatched"}
    assert _states(NeedOffer) >= {"claimed", "authorized", "contacted", "declined", "released"}
    assert _states(WhitelistEntry) == set(EntryState)
    assert _states(ProductVersion) == set(ProductVersionState)
    assert _states(MatchmakingEvent) == set(EventState)
    assert _states(ModelVersion) == set(ModelState)
    found = Counter(consents.states_of(db.session.scalars(select(Consent)).all()).values())
    assert set(found) == set(ConsentState) - {ConsentState.DRAFT}
    outcomes = set(db.session.scalars(select(QueryEvent.outcome)))
    assert outcomes == {"allowed", "refused"}
    year_ago = clock.now() - timedelta(days=300)
    assert db.session.scalar(select(func.min(LoanApplication.created_at))) < year_ago
    assert db.session.scalar(select(func.max(LoanApplication.created_at))) <= clock.now()


def _assert_first_use() -> None:
    account, _ = accounts.sign_in(crowd.STORY_LOGIN, PASSWORD, "测试")
    given = select(func.count()).where(Consent.enterprise_id == account.enterprise_id)
    assert db.session.scalar(given) == 0
    lines = "\n".join(demo.account_lines())
    assert PASSWORD in lines
    assert "client_secret" in lines
    office = db.session.scalars(select(LoanApplication.state)).all()
    assert office.count(ApplicationState.SUBMITTED) >= 5


def test_two_runs_of_one_day_give_the_same_content(live, monkeypatch):
    # A smaller city: what makes it repeatable does not depend on its size.
    monkeypatch.setattr(demo, "FIRMS", 600)
    monkeypatch.setattr(crowd, "SIGNED_UP", 62)
    monkeypatch.setattr(lending, "PRODUCTS_EACH", 1)
    with clock.at(clock.now()):  # midnight may pass between the two
        ground.clear()  # the template of the tests holds purpose templates already
        demo.seed_if_empty(_quiet)
        first = dict(fingerprint.table_hashes())
        db.session.rollback()
        ground.clear()
        assert _count(Enterprise) == 0
        db.session.rollback()
        demo.seed_if_empty(_quiet)
        assert dict(fingerprint.table_hashes()) == first
        assert len(demo.content_hash()) == 64


def test_a_city_left_half_done_is_begun_again(live, monkeypatch):
    monkeypatch.setattr(demo, "_steps", lambda _say: ())
    with own_transaction():
        audit.record(SYSTEM, queries.BEGUN, "city", "demo")
    said: list[str] = []
    demo.seed_if_empty(said.append)
    assert said[0].startswith("上次写入中断")
    assert queries.was_noted(queries.SEEDED)


def test_a_database_with_firms_of_its_own_is_left_alone(live):
    with own_transaction() as session:
        audit.record(SYSTEM, "test", "test", "1")
        session.add(
            Enterprise(
                uscc="91410400XN00000117", name="某", normal_name="某", origin="self", source="x"
            )
        )
    with pytest.raises(Conflict):
        demo.seed_if_empty(_quiet)


def test_reference_data_can_be_written_again_and_again(db):
    lines: list[str] = []
    reference.seed(lines.append)
    reference.seed(lines.append)
    assert all("新增 0 个" in line for line in lines[3:5])
