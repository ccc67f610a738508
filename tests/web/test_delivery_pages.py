"""The pages of deliveries: upload, proposal, result, sources, the board; no page half-writes."""

import dataclasses
import io
import re

import pytest

from tests.credit_records.bad_files import REFUSED
from tests.credit_records.bad_rows import REJECTED
from tests.deliveries import deliverers
from tests.deliveries.deliverers import (
    GOOD,
    HALF_BAD,
    KIND,
    STRANGE,
    TARGETS,
    A,
    B,
    files_kept,
    work,
)
from xinyidai.credit_records.service import list_batches
from xinyidai.deliveries import queries
from xinyidai.deliveries.values import DeliveryState
from xinyidai.kernel.db import db as database
from xinyidai.kernel.http import Page

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NEW = "/department/deliveries/new"
# Seeded: every twelfth of the bad files of the collection, so each way of being bad is met.
SAMPLE = [*REFUSED, *REJECTED][::12]


@pytest.fixture
def town(live, tmp_path, monkeypatch):
    settings = dataclasses.replace(live.extensions["xinyidai.settings"], data=tmp_path)
    monkeypatch.setitem(live.extensions, "xinyidai.settings", settings)
    return deliverers.build(live)


@pytest.fixture
def clerk(town):
    return town.client(town.clerk)


GRADES = (
    "统一社会信用代码,企业名称,评价年度,纳税信用级别,评价日期\n"
    f"{A},鹰川甲有限公司,2024,优,2025-04-01\n{B},鹰川乙有限公司,2024,劣,2025-04-01\n"
).encode()


def send(client, content=GOOD, name="欠税.csv", kind="", place=NEW, **more):
    data = {"file": (io.BytesIO(content), name), "kind": kind, **more}
    return client.post(place, data=data, content_type="multipart/form-data")


def newest():
    database.session.expire_all()
    rows, _ = queries.list_deliveries(Page())
    return rows[0].delivery if rows else None


def form_of(targets=TARGETS, kind=KIND, **more):
    chosen = {f"target-{n}": target for n, target in enumerate(targets)}
    return {"action": "confirm", "kind": kind, **chosen, **more}


def test_a_clerk_uploads_confirms_and_reads_the_result(clerk):
    sent = send(clerk)
    assert sent.status_code == 303
    page = clerk.get(sent.location).text
    assert "像是“欠税公告信息”" in page or "像是“" in page
    assert "把握" in page
    assert "鹰川甲有限公司" not in page, "samples are masked"
    assert clerk.post(sent.location, data=form_of()).status_code == 303
    assert "every 3s" in clerk.get(sent.location).text
    work(newest().id)
    page = clerk.get(sent.location).text
    assert "已归集" in page
    assert "every 3s" not in page


def test_the_list_counts_and_filters(town, clerk):
    town.collected(HALF_BAD)
    town.upload(STRANGE, "数据.csv")
    assert "数据.csv" in clerk.get("/department/deliveries?state=waiting").text
    assert "数据.csv" not in clerk.get("/department/deliveries?state=rejected").text
    assert "有 1 份报送等您确认映射" in clerk.get("/department").text
    assert clerk.get("/department/deliveries?state=nonsense").status_code == 422


def test_rejected_rows_are_shown_and_handed_out_masked(town, clerk):
    done = town.collected(HALF_BAD)
    place = f"/department/deliveries/{done.id}"
    page = clerk.get(place).text
    assert "不能为负数" in page
    assert "再次报送" in page
    assert "鹰川乙有限公司" not in page
    file = clerk.get(f"{place}/rejected.csv")
    assert file.mimetype == "text/csv"
    assert file.text.startswith("\ufeff行号")
    assert "negative" in file.text
    again = clerk.get(f"{NEW}?replaces={done.id}").text
    assert "更正后再次报送" in again
    assert send(clerk, GOOD, "更正.csv", replaces=str(done.id)).status_code == 303
    assert newest().replaces_id == done.id


def test_a_double_click_makes_one_delivery(clerk):
    first, second = send(clerk), send(clerk)
    assert first.location == second.location


def test_a_wrong_kind_is_looked_at_again(clerk):
    place = send(clerk, STRANGE, "数据.csv", "tax_grade").location
    assert clerk.post(place, data={"action": "again", "kind": "nonsense"}).status_code == 422
    assert clerk.post(place, data={"action": "again", "kind": KIND}).status_code == 303
    assert newest().proposal["kind"] == KIND
    assert clerk.post(place, data=form_of()).status_code == 303


def test_a_bad_choice_shows_the_form_again_with_what_was_chosen(clerk):
    place = send(clerk).location
    answer = clerk.post(place, data=form_of(("@code", "@code", *TARGETS[2:])))
    assert answer.status_code == 422
    assert "选了同一个字段" in answer.text
    assert answer.text.count('value="@code" selected') == 2
    assert clerk.post(place, data={"action": "nonsense"}).status_code == 422
    assert newest().state is DeliveryState.AWAITING_MAPPING


def test_options_that_the_catalogue_lacks_are_asked_for(clerk):
    place = send(clerk, GRADES, "级别.csv", "tax_grade").location
    page = clerk.get(place).text
    assert "纳税信用级别：“优”是" in page
    targets = ("@code", "@name", "year", "grade", "evaluated_on")
    assert "请选择目录以外的选项" in clerk.post(place, data=form_of(targets, "tax_grade")).text
    chosen = {"option-grade-0": "A", "option-grade-1": ""}
    answer = clerk.post(place, data=form_of(targets, "tax_grade", **chosen))
    assert answer.status_code == 303
    done = work(newest().id)
    assert (done.rows_accepted, done.reasons) == (1, {"unknown_value": 1})


def test_a_clerk_takes_a_delivery_back(clerk):
    place = send(clerk).location
    assert clerk.post(place, data={"action": "cancel"}).status_code == 303
    assert newest().state is DeliveryState.REFUSED
    assert clerk.post(place, data=form_of()).status_code == 409


def test_another_department_finds_nothing_and_the_office_everything(town):
    delivery = town.collected(HALF_BAD)
    stranger, office = town.client(town.stranger), town.client(town.officer)
    auditor = town.client(town.auditor)
    for end in ("", "/rejected.csv"):
        assert stranger.get(f"/department/deliveries/{delivery.id}{end}").status_code == 404
        assert office.get(f"/office/deliveries/{delivery.id}{end}").status_code == 200
        assert auditor.get(f"/office/deliveries/{delivery.id}{end}").status_code == 200
    assert delivery.file_name not in stranger.get("/department/deliveries").text
    assert delivery.file_name in office.get("/office/deliveries").text


def test_the_office_delivers_for_a_department(town):
    office = town.client(town.officer)
    place = "/office/deliveries/new"
    assert "请选择是哪个部门" in send(office, place=place).text
    sent = send(office, place=place, department="taxation", kind=KIND)
    assert sent.status_code == 303
    assert newest().department_id == town.department.id


NO_TABLES = (
    (b"", "欠税.csv", "文件是空的"),
    (GOOD, "欠税.pdf", "其他格式请先另存"),
    (GOOD, "欠税", "其他格式请先另存"),
    (GOOD, "欠税.exe", "其他格式请先另存"),
    (GOOD, "欠税.csv.exe", "其他格式请先另存"),
    (GOOD, ".zip", "其他格式请先另存"),
    (GOOD, "../../欠税.docx", "其他格式请先另存"),
    (GOOD, "欠税.xls", "其他格式请先另存"),
    (GOOD, "\x00", "请选择要报送的文件"),
    (GOOD, "..", "请选择要报送的文件"),
)


def test_an_upload_that_is_no_table_shows_the_form_again(town, clerk):
    for content, name, says in NO_TABLES:
        answer = send(clerk, content, name)
        assert answer.status_code == 422, name
        assert says in answer.text, name
    assert newest() is None
    assert files_kept(town) == 0


def test_a_name_that_leads_elsewhere_stays_in_the_store(town, clerk):
    assert send(clerk, GOOD, "../../../etc/欠税.csv").status_code == 303
    assert newest().file_name == "欠税.csv"
    assert files_kept(town) == 1


def test_a_form_without_a_file_says_so(clerk):
    assert "请选择要报送的文件" in clerk.post(NEW, data={"kind": ""}).text


def test_a_form_for_a_kind_of_somebody_else_is_refused(town, clerk):
    answer = send(clerk, kind="court_judgement")
    assert answer.status_code == 422
    assert "不由本部门报送" in answer.text
    assert files_kept(town) == 0


def test_a_file_beyond_the_limit_gets_413_and_leaves_nothing(town, clerk, monkeypatch):
    from xinyidai.web.office import delivery_desk

    monkeypatch.setattr(delivery_desk, "LARGEST_UPLOAD", -delivery_desk.MIB + 1000)
    answer = send(clerk, b"x" * 5000)
    assert answer.status_code == 413
    assert "请拆分" in answer.text
    assert (newest(), files_kept(town)) == (None, 0)


def test_the_wide_limit_holds_for_the_upload_alone(town, clerk):
    much = {"action": "confirm", "note": (io.BytesIO(b"x" * 3_000_000), "a.csv")}
    place = send(clerk).location
    assert clerk.post(place, data=much).status_code == 413
    three = b"x" * 3_000_000
    assert send(clerk, three, "大.csv").status_code == 303, "no limit for the upload itself"


def test_a_bad_file_gets_its_sentence_on_the_page_and_nothing_is_collected(town, clerk):
    wrong = [
        f"{case.id}: {fault}"
        for case in SAMPLE
        if (fault := fault_of(clerk, case)) and not database.session.rollback()
    ]
    assert wrong == []
    assert list_batches() == []


def fault_of(clerk, case) -> str | None:
    before, sent = newest(), send(clerk, case.content(), case.name)
    if sent.status_code == 422:
        is_told = CHINESE.search(sent.text) and newest() == before
        return None if is_told else "refused without a sentence, or half kept"
    if sent.status_code != 303:
        return f"status {sent.status_code}"
    page, delivery = clerk.get(sent.location), newest()
    if page.status_code != 200 or delivery.batch_id is not None:
        return f"page {page.status_code}, batch {delivery.batch_id}"
    if delivery.state is DeliveryState.AWAITING_MAPPING:
        return None if "请核对系统的建议" in page.text else "no proposal"
    is_told = delivery.state is DeliveryState.REFUSED and CHINESE.search(delivery.message)
    return None if is_told and "没有归集任何内容" in page.text else f"{delivery.state}"


def test_the_office_registers_a_source_and_no_private_key(town):
    office = town.client(town.officer)
    place = "/office/data/sources"
    good = {"department": "taxation", "code": "tax_push"}
    private = town.key.pem()
    answer = office.post(place, data={**good, "public_key": private})
    assert answer.status_code == 422
    assert "私钥只能留在来源系统里" in answer.text
    key = deliverers.client.base64.b64encode(town.key.public.raw).decode()
    done = office.post(place, data={**good, "public_key": key})
    assert done.status_code == 303
    page = office.get(done.location).text
    assert "接收中" in page
    assert office.post(place, data={**good, "public_key": key}).status_code == 409
    gateway = {"action": "gateway", "url": "ftp://gateway.example.cn"}
    assert office.post(done.location, data=gateway).status_code == 422
    for action in ("close", "open"):
        assert office.post(done.location, data={"action": action}).status_code == 303
    assert town.client(town.auditor).get(done.location).status_code == 200
    assert town.client(town.auditor).post(place, data=good).status_code == 403


def test_the_board_counts_calls_and_leads_to_them(town):
    from xinyidai.deliveries import service
    from xinyidai.deliveries.values import Interface

    with service.timed(Interface.PUSH):
        pass
    with pytest.raises(deliverers.Unwell), service.timed(Interface.PUSH):
        raise deliverers.Unwell
    office = town.client(town.officer)
    assert "50.00%" in office.get("/office/data/interfaces").text
    calls = office.get("/office/data/interfaces/push?failed=1").text
    assert "internal" in calls
    assert office.get("/office/data/interfaces?period=year").status_code == 422
