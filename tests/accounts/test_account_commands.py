"""The first accounts of an installation are opened on the command line."""

import json

import pytest
from click.testing import CliRunner, Result

from xinyidai.accounts import queries
from xinyidai.accounts.commands import account
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Conflict, InvalidInput

PASSWORD = "一句好记的话 2026\n"


@pytest.fixture
def run(live):
    def command(*words: str, said: str = "") -> Result:
        return CliRunner().invoke(account, words, input=said, catch_exceptions=False)

    run_all = (
        ("add-institution", "--code", "B1", "--name", "演示一行", "--short-name", "一行"),
        ("add-department", "--code", "D1", "--name", "演示信用办", "--kind", "credit_office"),
    )
    for words in run_all:
        assert command(*words, "--region", "419500").exit_code == 0
    return command


def _open(run, role: str, party: str | None, login: str = "first") -> Result:
    words = ["open", "--login", login, "--name", "演示·钱七", "--role", role]
    return run(*words, *(["--party", party] if party else []), said=PASSWORD)


@pytest.mark.parametrize(
    ("role", "party"), [("credit_office", "D1"), ("bank_officer", "B1"), ("operator", None)]
)
def test_a_person_of_each_kind_can_be_let_in(run, role, party):
    assert _open(run, role, party).exit_code == 0
    opened = queries.find_account("first")
    assert opened.role is Role(role)
    assert not opened.is_demo
    assert (opened.party_id is None) is (party is None)


@pytest.mark.parametrize(("role", "party"), [("bank_officer", "D1"), ("credit_office", None)])
def test_a_person_without_a_party_is_refused(run, role, party):
    with pytest.raises(InvalidInput, match="没有代码"):
        _open(run, role, party)
    assert queries.find_account("first") is None


def test_a_firms_account_is_not_opened_here(run):
    assert _open(run, "enterprise_user", None).exit_code == 2


def test_a_weak_password_is_refused(run):
    with pytest.raises(InvalidInput):
        run("open", "--login", "weak", "--name", "演示", "--role", "operator", said="short\n")


def test_a_banks_system_gets_its_secret_once(run):
    answer = run("open-client", "--institution", "B1", "--name", "核心系统", "--scope", "queries")
    told = json.loads(answer.output)
    kept = queries.find_client(told["client_id"])
    assert told["client_secret"].encode() not in kept.secret_hash
    assert kept.scope == "queries"


def test_an_institution_is_suspended_and_works_again(run):
    reason = ("--code", "B1", "--reason", "演示：整改")
    assert json.loads(run("suspend-institution", *reason).output)["status"] == "suspended"
    with pytest.raises(Conflict):
        run("suspend-institution", *reason)
    assert json.loads(run("resume-institution", *reason).output)["status"] == "active"
    with pytest.raises(InvalidInput, match="没有代码"):
        run("resume-institution", "--code", "B2", "--reason", "演示")


def test_a_lock_can_be_lifted(run):
    _open(run, "operator", None)
    assert run("unlock", "first").exit_code == 0
    with pytest.raises(InvalidInput):
        run("unlock", "nobody")
