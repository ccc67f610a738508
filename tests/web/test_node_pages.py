"""Node exchange over HTTP pages: two clerks open a link, see counts, errors, and replay."""

import re

import pytest

from tests.factories import parties
from tests.node_exchange import peers
from tests.node_exchange.conftest import deliver
from tests.node_exchange.peers import Peer, honour_line
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.values import NodeState

LIST = "/office/nodes"


@pytest.fixture
def office(live):
    """Two clerks and an auditor of this node, committed."""
    with own_transaction():
        peers.settle_self()
        service.sign(b"")
        house, audit = parties.credit_office(), parties.department(DepartmentKind.AUDIT)
        people = [parties.account(Role.CREDIT_OFFICE, house) for _ in range(2)]
        auditor = parties.account(Role.AUDITOR, audit)
    return (*people, auditor)


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def link(office, peer):
    with own_transaction():
        return peers.open_link((office[0].as_actor(), office[1].as_actor()), peer).id


def form_of(peer: Peer, **changes: str) -> dict[str, str]:
    plain = {
        "code": peer.code,
        "name": "叶北县节点（演示）",
        "level": "county",
        "direction": "down",
        "verifier": peer.verifier,
        "frequency": "每 5 分钟",
        "legal_basis": "县级信用信息共享办法（演示）",
        "agreement_no": "鹰信共享〔2026〕1号",
        "out_kinds": "honour\nadministrative_licence",
        "in_kinds": "rongyu=honour",
        "security_assessed_on": "2026-01-05",
        "agreement_on": "2026-01-06",
        "data_list_on": "2026-01-07",
        "expires_on": "2099-01-01",
    }
    return plain | changes


def test_two_clerks_bring_a_link_into_use(office, client_as, peer):
    first, second = client_as(office[0]), client_as(office[1])
    answer = first.post(f"{LIST}/new", data=form_of(peer))
    assert answer.status_code == 303, answer.text
    place = answer.location
    assert "复核通过" not in first.get(place).text
    assert first.post(place, data={"action": "approve"}).status_code == 422
    assert second.post(place, data={"action": "activate"}).status_code == 409
    assert second.post(place, data={"action": "approve"}).status_code == 303
    assert second.post(place, data={"action": "activate"}).status_code == 303
    page = first.get(place).text
    assert "行政许可" in page
    assert "rongyu" in page
    with own_transaction():
        assert queries.find_by_code(peer.code).state is NodeState.ACTIVE


def test_a_wrong_form_comes_back_with_what_was_typed_and_every_fault(office, client_as, peer):
    clerk = client_as(office[0])
    wrong = form_of(peer, code="叶北", verifier="x", legal_basis="", out_kinds="tax_grade")
    answer = clerk.post(f"{LIST}/new", data=wrong)
    assert answer.status_code == 422
    for words in ("节点代码用小写字母开头", "公钥应是", "请写明依据", "须企业授权"):
        assert words in answer.text
    assert "鹰信共享〔2026〕1号" in answer.text
    assert clerk.post(f"{LIST}/new", data=form_of(peer, expires_on="明天")).status_code == 422
    assert clerk.post(f"{LIST}/new", data=form_of(peer, out_kinds="nothing")).status_code == 422


def test_a_changed_agreement_waits_for_the_second_clerk_again(office, client_as, link, peer):
    first, place = client_as(office[0]), f"{LIST}/{link}"
    form = first.get(f"{place}/revise").text
    assert "叶北县节点（演示）" in form
    answer = first.post(f"{place}/revise", data=form_of(peer, agreement_no="续签〔2027〕1号"))
    assert answer.status_code == 303, answer.text
    assert "待第二人复核" in first.get(place).text


def test_counts_lead_to_packages_and_the_receipt_names_refused_lines(office, client_as, link, peer):
    with own_transaction():
        _, good = honour_line()
        bad = good | {"key": "B", "fields": {"title": "B"}}
        service.receive(peer.sent(good, bad).body)
        deliver(parties.enterprise(), "C")
    list(service.build_round(SYSTEM, link))
    auditor = client_as(office[2])
    overview = auditor.get(LIST).text
    assert "2 行 / 1 包" in overview
    assert "50.0%" in overview
    packages = auditor.get(f"{LIST}/{link}/packages?way=in").text
    [package] = re.findall(rf"{LIST}/packages/[0-9a-f-]{{36}}", packages)
    page = auditor.get(package).text
    assert "第 2 行" in page
    assert "请填写" in page
    assert good["name"] not in page
    assert auditor.get(f"{LIST}/{link}/packages?way=sideways").status_code == 422


def test_an_unknown_kind_is_mapped_and_replayed_from_the_page(office, client_as, link, peer):
    with own_transaction():
        _, sent = honour_line()
        service.receive(peer.sent(sent | {"kind": "rongyu"}, kind="rongyu").body)
    clerk, place = client_as(office[0]), f"{LIST}/{link}"
    page = clerk.get(place).text
    assert "没有目录对照" in page
    [replay] = re.findall(rf'action="({LIST}/replay/[0-9a-f-]{{36}})"', page)
    assert clerk.post(replay).status_code == 422
    mapping = {"remote_kind": "rongyu", "kind": "tax_grade"}
    assert clerk.post(f"{place}/mapping", data=mapping).status_code == 422
    mapping["kind"] = "honour"
    assert clerk.post(f"{place}/mapping", data=mapping).status_code == 303
    assert clerk.post(replay).status_code == 303
    assert clerk.post(replay).status_code == 409, "a second click finds it done"
    assert "没有目录对照" not in clerk.get(place).text


def test_an_error_is_closed_by_hand_with_a_reason(office, client_as, link, peer):
    with own_transaction():
        _, sent = honour_line()
        service.receive(Peer().package(sent).body)
    clerk = client_as(office[0])
    page = clerk.get(f"{LIST}/errors").text
    [close] = re.findall(rf'action="({LIST}/errors/[0-9a-f-]{{36}}/close)"', page)
    assert clerk.post(close).status_code == 422
    assert clerk.post(close, data={"reason": "已电话核实，是对方旧密钥"}).status_code == 303
    assert "已电话核实" in clerk.get(f"{LIST}/errors?show=resolved").text


def test_publishing_and_mapping_say_what_goes_where(office, client_as, link):
    auditor = client_as(office[2])
    with own_transaction():
        deliver(parties.enterprise(), "C")
    list(service.build_round(SYSTEM, link))
    assert "第 1 号" in auditor.get(f"{LIST}/publishing?group=lists").text
    assert "还没有发出过" in auditor.get(f"{LIST}/publishing").text
    assert auditor.get(f"{LIST}/publishing?group=x").status_code == 422
    mapping = auditor.get(f"{LIST}/mapping").text
    assert "荣誉表彰" in mapping
    assert "红黑名单" in mapping


def test_an_auditor_sees_and_does_not_act(office, client_as, link):
    auditor = client_as(office[2])
    place = f"{LIST}/{link}"
    assert auditor.get(place).status_code == 200
    assert "变更约定" not in auditor.get(place).text
    assert auditor.post(place, data={"action": "end", "reason": "x"}).status_code == 403
    assert auditor.post(f"{place}/build").status_code == 403


def test_packages_are_made_at_once_and_a_suspended_link_makes_none(office, client_as, link):
    with own_transaction():
        deliver(parties.enterprise(), "C")
    clerk, place = client_as(office[0]), f"{LIST}/{link}"
    assert clerk.post(f"{place}/build").status_code == 303
    assert clerk.post(place, data={"action": "suspend"}).status_code == 422
    assert clerk.post(place, data={"action": "suspend", "reason": "升级"}).status_code == 303
    assert "立即组包" not in clerk.get(place).text
    database.session.rollback()
    assert queries.find_node(link).out_sequence == 1


def test_without_an_identity_the_page_says_what_to_do(live, client_as):
    with own_transaction():
        clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    page = client_as(clerk).get(LIST).text
    assert "还没有设置本节点" in page
    assert "登记节点" not in page
