"""Model pages of the office: steps with opinions, rollback, shadow, drift, alarms."""

from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import artefacts as models
from tests.factories import parties
from tests.model_monitoring.conftest import store_profile
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.model_monitoring import service as monitoring
from xinyidai.model_monitoring.models import DriftFigure, ModelAlarm, MonitoringRun
from xinyidai.model_monitoring.service.alarms import raise_all
from xinyidai.model_monitoring.values import AlarmKind, Raised
from xinyidai.scoring import queries, service
from xinyidai.scoring.validation.drift import DriftVerdict

CODE, ONE, TWO = models.CODE, "2026.1", "2026.2"


@pytest.fixture
def desk(live, client_as, tmp_path):
    """Two clerks, an operator, an auditor and a bank officer, and two versions, one active."""
    office = parties.credit_office()
    clerks = [parties.account(Role.CREDIT_OFFICE, office) for _ in range(2)]
    keeper = parties.account(Role.OPERATOR)
    bank = parties.account(Role.BANK_OFFICER, parties.institution())
    auditor = parties.account(Role.AUDITOR, parties.department())
    for version in (ONE, TWO):
        service.register_model(clerks[0].as_actor(), models.copied(tmp_path, version))
    service.validate_model(keeper.as_actor(), CODE, ONE)
    service.approve_model(clerks[1].as_actor(), CODE, ONE, "同意")
    service.activate_model(keeper.as_actor(), CODE, ONE)
    db.session.commit()
    return SimpleNamespace(
        clerk=client_as(clerks[0]),
        other=client_as(clerks[1]),
        keeper=client_as(keeper),
        auditor=client_as(auditor),
        bank=client_as(bank),
        one=queries.find_version(CODE, ONE).id,
        two=queries.find_version(CODE, TWO).id,
    )


def step(client: FlaskClient, model_id: object, action: str, opinion: str = "") -> object:
    """Press one of the buttons of a version's page."""
    return client.post(f"/office/models/{model_id}", data={"action": action, "opinion": opinion})


def test_a_version_goes_its_way_by_buttons_and_the_history_says_who_and_why(desk):
    assert step(desk.keeper, desk.two, "validate", "报告已核对").status_code == 303
    silent = step(desk.other, desk.two, "approve")
    assert (silent.status_code, "请写明意见" in silent.text) == (422, True)
    same = step(desk.clerk, desk.two, "approve", "同意启用")
    assert (same.status_code, "另一位同事" in same.text) == (422, True)
    assert "同意启用" in same.text
    assert step(desk.other, desk.two, "approve", "独立复核后同意").status_code == 303
    assert step(desk.keeper, desk.two, "activate").status_code == 303
    text = desk.auditor.get(f"/office/models/{desk.two}").text
    for words in ("报告已核对", "独立复核后同意", f"替换 {CODE} {ONE}", "平台已签名", "验证通过"):
        assert words in text
    assert 'name="action"' not in text


def test_a_second_click_says_that_it_is_done(desk):
    assert step(desk.keeper, desk.two, "validate").status_code == 303
    again = step(desk.keeper, desk.two, "validate")
    assert (again.status_code, "刷新页面" in again.text) == (409, True)


def test_one_button_rolls_back_and_needs_a_reason(desk):
    assert "回滚到" not in desk.clerk.get("/office/models").text
    step(desk.keeper, desk.two, "validate")
    step(desk.other, desk.two, "approve", "同意")
    step(desk.keeper, desk.two, "activate")
    assert f"回滚到 {ONE}" in desk.clerk.get("/office/models").text
    assert "回滚到" not in desk.auditor.get("/office/models").text
    assert desk.clerk.post("/office/models/rollback").status_code == 422
    done = desk.clerk.post("/office/models/rollback", data={"opinion": "评分漂移"})
    assert done.status_code == 303
    db.session.expire_all()
    assert queries.find_active().version == ONE
    again = desk.clerk.post("/office/models/rollback", data={"opinion": "再点一次"})
    assert (again.status_code, "没有可以回滚" in again.text) == (422, True)


def test_an_altered_model_is_named_on_the_page_and_not_activated(desk):
    step(desk.keeper, desk.two, "validate")
    step(desk.other, desk.two, "approve", "同意")
    path = service.folder_of(queries.find_model(desk.two)) / "transform.json"
    path.write_text(path.read_text() + " ")
    answer = step(desk.keeper, desk.two, "activate")
    assert (answer.status_code, "被改动过" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("content", "words"), [("{", "验证报告读不出来"), ("{}", "验证报告的内容读不懂")]
)
def test_a_report_that_cannot_be_read_is_named_on_the_page(desk, content, words):
    (service.folder_of(queries.find_model(desk.two)) / "validation.json").write_text(content)
    answer = step(desk.keeper, desk.two, "validate")
    assert (answer.status_code, words in answer.text) == (422, True)


def test_a_folder_without_its_manifest_is_named_on_the_page(desk):
    step(desk.keeper, desk.two, "validate")
    step(desk.other, desk.two, "approve", "同意")
    (service.folder_of(queries.find_model(desk.two)) / "manifest.json").unlink()
    assert desk.keeper.get(f"/office/models/{desk.two}").status_code == 200
    answer = step(desk.keeper, desk.two, "activate")
    assert (answer.status_code, "读不出来" in answer.text) == (422, True)


def test_shadow_starts_with_a_reason_and_shows_no_firm_or_bank_anything(desk):
    url = f"/office/models/{desk.two}/shadow"
    assert desk.clerk.post(url, data={"action": "start"}).status_code == 422
    start = {"action": "start", "reason": "比较新旧模型"}
    assert desk.clerk.post(url, data=start).status_code == 303
    assert desk.clerk.post(url, data=start).status_code == 409
    page = desk.auditor.get(url).text
    assert "影子运行中" in page
    assert "比较新旧模型" in page
    assert desk.bank.get(url).status_code == 403
    assert desk.auditor.post(url, data=start).status_code == 403
    assert desk.clerk.post(url, data={"action": "stop"}).status_code == 303
    active = f"/office/models/{desk.one}/shadow"
    assert desk.clerk.post(active, data=start).status_code == 422


def test_the_shadow_moves_groups_and_names_no_firm(desk):
    firms = [parties.enterprise() for _ in range(11)] + [parties.enterprise(section="F")]
    for seed, firm in enumerate(firms):
        store_profile(firm.id, seed)
    service.score_all()
    monitoring.start_shadow(parties.account(Role.OPERATOR).as_actor(), desk.two, "比较")
    monitoring.run_shadows()
    comparison = monitoring.compare_shadow(desk.two)
    db.session.commit()
    pages = [desk.clerk.get(f"/office/models/{desk.two}/shadow")]
    for champion, grade in comparison.table:
        cell = f"champion={champion or '-'}&shadow={grade or '-'}"
        pages.append(desk.clerk.get(f"/office/models/{desk.two}/shadow/groups?{cell}"))
    assert {page.status_code for page in pages} == {200}
    assert any("其余" in page.text for page in pages)
    for firm in firms:
        assert not any(firm.uscc in page.text or firm.name in page.text for page in pages)


def alarm_of(model_id: object) -> ModelAlarm:
    """Raise one alarm on a month with figures."""
    run = MonitoringRun(
        model_id=model_id,
        month="2026-05",
        as_of=clock.today(),
        firms=400,
        scored=380,
        numbers={"expected": {}, "real": {"n": 3, "bads": 1}},
        rules_version="monitoring-2026.1",
    )
    db.session.add(run)
    db.session.flush()
    db.session.add(
        DriftFigure(
            run_id=run.id,
            feature="invoice_sales_12m",
            present=380,
            psi=0.31,
            critical=0.05,
            verdict=DriftVerdict.MUCH,
            new_levels=[],
            missing={"stale": 0.05},
        )
    )
    facts = {"psi": 0.31, "critical": 0.05, "n": 380}
    raise_all(run, [Raised(AlarmKind.FEATURE_DRIFT, "invoice_sales_12m", facts)])
    db.session.commit()
    return db.session.scalars(select(ModelAlarm)).one()


def test_an_alarm_is_taken_by_one_person_and_closed_by_the_same(desk):
    url = f"/office/models/alarms/{alarm_of(desk.one).id}"
    assert "0.3100" in desk.auditor.get(url).text
    assert desk.keeper.post(url, data={"action": "take", "words": "x"}).status_code == 403
    assert desk.clerk.post(url, data={"action": "take"}).status_code == 422
    assert desk.clerk.post(url, data={"action": "close", "words": "x"}).status_code == 409
    take = {"action": "take", "words": "核对税务报送口径"}
    assert desk.clerk.post(url, data=take).status_code == 303
    assert desk.other.post(url, data=take).status_code == 409
    close = {"action": "close", "words": "来源改了口径，已更正"}
    assert desk.other.post(url, data=close).status_code == 409
    assert desk.clerk.post(url, data=close).status_code == 303
    text = desk.auditor.get(url).text
    assert "核对税务报送口径" in text
    assert "来源改了口径，已更正" in text
    closed = desk.clerk.get("/office/models/alarms?state=closed").text
    assert "共 1 条" in closed
    assert "没有符合条件" in desk.clerk.get("/office/models/alarms?state=open").text


def test_the_drift_page_shows_a_month_and_refuses_one_that_is_not_there(desk):
    alarm_of(desk.one)
    text = desk.auditor.get(f"/office/models/{desk.one}/drift").text
    for words in ("2026-05", "明显变化", "0.3100", "已知结果 3 笔"):
        assert words in text
    assert desk.auditor.get(f"/office/models/{desk.one}/drift?month=2020-01").status_code == 404
    assert "还没有监测结果" in desk.auditor.get(f"/office/models/{desk.two}/drift").text


def test_the_office_is_told_once_of_the_months_alarms(desk):
    alarm_of(desk.one)
    assert "条预警" in desk.clerk.get("/messages").text
