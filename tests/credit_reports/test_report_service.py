"""Make reports: own editions, under an authorization, and what may not be made."""

from datetime import timedelta
from hashlib import sha256

import pytest

from tests.credit_reports.conftest import penalised
from tests.factories import parties
from xinyidai.audit import queries as audit
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import BatchCounts, DisclosureSubject, RecordStatus
from xinyidai.credit_reports import service
from xinyidai.credit_reports.queries import ReportFilter
from xinyidai.credit_reports.values import ReportStanding
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from xinyidai.kernel.http import Page

KEY = "0" * 32


def deliver_nothing(kind: str) -> None:
    """Let a source confirm that it has nothing to tell."""
    batch = write.open_batch(
        SYSTEM,
        source="taxation",
        kind=kind,
        file_name="t.csv",
        sha256=sha256(kind.encode()).hexdigest(),
    )
    write.close_batch(SYSTEM, batch.id, BatchCounts(0, 0, 0, 0))


def department(content, code):
    return next(each for each in content["departments"] if each["code"] == code)


def opened(town, report):
    return service.open_report(town.boss, report.id).content


def test_the_public_edition_says_what_the_public_page_says(town, order):
    with penalised(town):
        town.deliver("tax_payment", "2026-05", {"period": "2026-05"}, 30)
    report = service.make_own(town.boss, order())
    content = opened(town, report)
    names = [r["name"] for section in content["sections"] for r in section["records"]]
    assert names == ["行政处罚"]
    assert "赵虚构" not in str(content)
    assert (report.record_count, report.edition) == (1, ReportEdition.PUBLIC)


def test_the_authorized_edition_lists_every_record_with_source_day_and_batch(town, order):
    town.arrears(), town.penalty()
    report = service.make_own(town.boss, order(ReportEdition.AUTHORIZED))
    records = [r for s in opened(town, report)["sections"] for r in s["records"]]
    assert sorted(r["name"] for r in records) == ["欠税公告", "环境行政处罚"]
    assert all(r["source"] == "税务局" and r["batch"] and r["collected_on"] for r in records)


def test_a_class_of_which_nothing_was_collected_says_so(town, order):
    town.arrears()
    content = opened(town, service.make_own(town.boss, order(ReportEdition.AUTHORIZED)))
    said = {section["code"]: section["finding"] for section in content["sections"]}
    assert said["tax"] == "1 条"
    assert said["judicial"] == "数据不足：还没有归集"


def test_persons_in_the_authorized_edition_are_masked(town, order):
    with penalised(town):
        report = service.make_own(town.boss, order(ReportEdition.AUTHORIZED))
    [record] = [r for s in opened(town, report)["sections"] for r in s["records"]]
    values = {f["label"]: f["value"] for f in record["fields"]}
    assert values["法定代表人"] == "赵**"


def test_a_department_without_records_is_clean_only_where_everything_was_collected(town, order):
    for kind in ("environment_penalty", "administrative_penalty"):
        deliver_nothing(kind)
    report = service.make_own(town.boss, order(ReportEdition.NO_VIOLATION))
    content = opened(town, report)
    assert department(content, "ecology_environment")["finding_name"] == "未查见记录"
    assert department(content, "taxation")["finding_name"] == "数据不足，不能替代证明"
    across = {line["kind"]: line for line in department(content, "across")["searched"]}
    assert across["administrative_penalty"]["finding"] == "none"
    assert across["serious_dishonest_subject"]["faults"] == ["还没有归集"]


def test_a_source_that_fell_silent_is_insufficient_and_a_record_is_still_listed(town, order):
    town.penalty(days=200)
    with clock.at(clock.now() + timedelta(days=40)):
        report = service.make_own(town.boss, order(ReportEdition.NO_VIOLATION))
        content = opened(town, report)
    environment = department(content, "ecology_environment")
    assert environment["finding"] == "records"
    assert not environment["is_whole"]
    assert "以后没有更新" in environment["searched"][0]["faults"][0]


def test_what_happened_before_the_period_and_ended_is_not_listed(town, order):
    town.penalty(days=800)
    today = clock.today()
    short = order(ReportEdition.NO_VIOLATION, first=today - timedelta(days=90), last=today)
    content = opened(town, service.make_own(town.boss, short))
    listed = [r["occurred_on"] for d in content["departments"] for r in d["records"]]
    assert listed == [(today - timedelta(days=800)).isoformat()], "it names no end, so it may hold"
    town.deliver("environment_penalty", "b", {"decision_no": "b"}, 10)
    early = order(
        ReportEdition.NO_VIOLATION,
        first=today - timedelta(days=400),
        last=today - timedelta(days=300),
    )
    content = opened(town, service.make_own(town.boss, early))
    listed = [r["occurred_on"] for d in content["departments"] for r in d["records"]]
    assert (today - timedelta(days=10)).isoformat() not in listed


def test_a_form_sent_twice_makes_one_report(town, order):
    wanted = order()
    first, second = service.make_own(town.boss, wanted), service.make_own(town.boss, wanted)
    assert first.id == second.id
    _, total = service.list_own(town.boss, Page())
    assert total == 1


def test_a_key_used_for_another_order_is_refused(town, order):
    service.make_own(town.boss, order(request_key=KEY))
    with pytest.raises(Conflict, match="请求编号"):
        service.make_own(town.boss, order(ReportEdition.AUTHORIZED, request_key=KEY))


def test_an_order_without_key_or_with_a_wrong_use_is_refused(town, order):
    with pytest.raises(InvalidInput, match="过期"):
        service.make_own(town.boss, order(request_key=""))
    with pytest.raises(InvalidInput) as error:
        service.make_own(town.boss, order(use="listing"))
    assert set(error.value.fields) == {"use"}


def test_nobody_makes_reports_on_other_firms(town, order):
    for actor in (town.clerk.as_actor(), town.officer.as_actor(), town.taxman.as_actor()):
        with pytest.raises(Forbidden):
            service.make_own(actor, order())


def test_a_foreign_report_does_not_exist(town, order):
    report = service.make_own(town.boss, order())
    stranger = parties.boss_of(parties.enterprise())
    for actor in (stranger, town.officer.as_actor()):
        with pytest.raises(NotFound):
            service.read_row(actor, report.id)
        with pytest.raises(NotFound):
            service.open_report(actor, report.id)


def test_a_preview_keeps_nothing(town, order):
    town.penalty()
    draft = service.preview(town.boss, order(ReportEdition.AUTHORIZED))
    assert draft.record_count == 1
    assert service.list_own(town.boss, Page())[1] == 0


def test_new_facts_mark_a_report_and_a_correction_closes_it(town, order):
    fact = town.penalty()
    report = service.make_own(town.boss, order(ReportEdition.AUTHORIZED))
    assert service.standing_of(report) is ReportStanding.VALID
    town.arrears()
    assert service.open_report(town.boss, report.id).standing is ReportStanding.OUTDATED
    write.retire_record(SYSTEM, town.firm.id, fact.id, RecordStatus.REPAIRED, "已修复")
    assert service.standing_of(report) is ReportStanding.CORRECTED
    with pytest.raises(Conflict, match="信息更正"):
        service.open_report(town.boss, report.id)


def test_a_report_expires_and_its_content_is_forgotten_a_year_later(town, order):
    report = service.make_own(town.boss, order())
    with clock.at(clock.now() + timedelta(days=31)):
        assert service.open_report(town.boss, report.id).standing is ReportStanding.EXPIRED
    service.forget_contents()
    assert opened(town, report)
    with clock.at(clock.now() + timedelta(days=31 + 366)):
        service.forget_contents()
        with pytest.raises(Conflict, match="保存期限"):
            service.open_report(town.boss, report.id)


def test_an_institution_makes_one_under_a_consent_and_spends_a_use(town):
    town.penalty(), town.arrears()
    consent = town.consent(item_codes=["environment"])
    officer = town.officer.as_actor()
    report = service.make_under_consent(officer, consent.id, KEY)
    again = service.make_under_consent(officer, consent.id, KEY)
    assert (again.id, consent.use_count) == (report.id, 1)
    content = service.open_report(officer, report.id).content
    assert content["consent"]["number"] == consent.consent_no
    assert {line["kind"] for line in content["scope"]} == set(report.kinds)
    assert "tax_arrears" not in report.kinds
    [look] = looks.looks_under_consent(consent.id)
    assert (look.subject, look.result_hash) == (DisclosureSubject.REPORT, report.content_hash)


def test_where_only_results_may_be_seen_no_report_is_made(town):
    consent = town.consent(mode=ConsentMode.RESULT)
    with pytest.raises(ConsentRefused):
        service.make_under_consent(town.officer.as_actor(), consent.id, KEY)
    assert consent.use_count == 0


def test_a_revoked_consent_closes_the_report(town):
    consent = town.consent()
    officer = town.officer.as_actor()
    report = service.make_under_consent(officer, consent.id, KEY)
    consents.revoke_consent(town.boss, consent.id, "不再需要")
    assert service.standing_of(report) is ReportStanding.CONSENT_OVER
    with pytest.raises(ConsentRefused):
        service.open_report(officer, report.id)


def test_the_firm_sees_that_an_institution_made_one_but_the_content_is_the_institutions(town):
    report = service.make_under_consent(town.officer.as_actor(), town.consent().id, KEY)
    assert service.read_row(town.boss, report.id).institution is not None
    with pytest.raises(Conflict):
        service.open_report(town.boss, report.id)


def test_a_strange_consent_is_not_found_and_logged(town):
    other = parties.officer_of(parties.institution())
    consent = town.consent()
    with pytest.raises(NotFound):
        service.make_under_consent(other, consent.id, KEY)


def test_the_office_lists_reports_and_nobody_else_does(town, order):
    service.make_own(town.boss, order())
    rows, total = service.list_of_city(town.clerk.as_actor(), ReportFilter(), Page())
    assert (total, rows[0].enterprise.id) == (1, town.firm.id)
    with pytest.raises(Forbidden):
        service.list_of_city(town.boss, ReportFilter(), Page())


def test_making_a_report_is_in_the_audit_trail(town, order):
    report = service.make_own(town.boss, order())
    entries = audit.list_of_subject("credit_report", report.id)
    assert [entry.action for entry in entries] == ["credit_report:make"]
