"""A switch of models under readers of other connections, and what became of the old scores."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.factories import artefacts as models
from tests.factories import parties
from xinyidai.accounts import queries as accounts
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles import service as profiles
from xinyidai.scoring import queries, service
from xinyidai.scoring.commands import model as group

CODE, ONE, TWO = models.CODE, "2026.1", "2026.2"


@pytest.fixture
def two_models(live, tmp_path):
    """Two versions that were active one after the other, and the operator; all committed."""
    keeper = parties.account(Role.OPERATOR).as_actor()
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office()).as_actor()
    for version in (ONE, TWO):
        service.register_model(keeper, models.copied(tmp_path, version))
        service.validate_model(keeper, CODE, version)
        service.approve_model(clerk, CODE, version, "同意")
        service.activate_model(keeper, CODE, version)
    db.session.commit()
    return keeper


def version_elsewhere(live):
    """Return the version that another connection scores with at this moment."""

    def read():
        with live.app_context():
            scorer = service.active_scorer()
            return scorer and scorer.artefact.version

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read).result()


def test_readers_see_the_old_model_until_the_commit_and_the_new_one_after_it(live, two_models):
    assert version_elsewhere(live) == TWO
    service.roll_back(two_models, "漂移")
    assert version_elsewhere(live) == TWO
    db.session.commit()
    assert version_elsewhere(live) == ONE


def test_a_switch_rolled_back_leaves_everything_as_it_was(live, two_models):
    service.roll_back(two_models, "漂移")
    db.session.rollback()
    assert version_elsewhere(live) == TWO
    assert queries.find_active().version == TWO


def test_a_score_of_the_model_before_is_never_the_present_one(live, two_models):
    firm = parties.enterprise()
    profiles.build_profile(parties.boss_of(firm), firm.id)
    old = service.score_firm(firm.id)
    service.roll_back(two_models, "漂移")
    assert service.find_current_score(firm.id) is None
    new = service.score_firm(firm.id)
    assert (old.model_version, new.model_version) == (TWO, ONE)


def test_two_rollbacks_at_once_take_one_step_only(live, two_models):
    def roll_back(_):
        with live.app_context(), own_transaction():
            try:
                return service.roll_back(two_models, "漂移").version
            except RuleBroken:
                return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(roll_back, range(2))) == [ONE, "refused"]


def test_the_commands_compare_and_roll_back(live, two_models):
    login = db.session.get(accounts.Account, two_models.account_id).login
    runner = live.test_cli_runner()
    done = runner.invoke(group, ["compare", CODE, ONE, TWO])
    versions = json.loads(done.output)["versions"]
    assert [row["version"] for row in versions] == [ONE, TWO]
    assert all(row["metrics"]["out_of_fold"]["auc"] > 0.6 for row in versions)
    refused = runner.invoke(group, ["rollback", "--as", login])
    assert "意见" in refused.output
    done = runner.invoke(group, ["rollback", "--as", login, "--note", "漂移"])
    assert done.output.strip() == f"{CODE} {ONE} active"
