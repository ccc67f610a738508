import datetime as dt
from uuid import uuid4

import pytest

from tests.factories import parties
from xinyidai.credit_records import service
from xinyidai.credit_records.collecting import CollectionRequest, collect_file
from xinyidai.credit_records.values import BatchState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.kernel.uscc import invented

HEAD = "统一社会信用代码,企业名称,税种,欠税金额,公告日期\n"
A = invented(301)
GOOD = f"{A},鹰川甲有限公司,增值税,100,2024-01-02\n"
NEGATIVE = f"{A},鹰川甲有限公司,印花税,-1,2024-02-03\n"
DAYLESS = f"{A},鹰川甲有限公司,房产税,-1,2099-01-01\n"


@pytest.fixture
def take(db, tmp_path):
    def run(content, kind="tax_arrears", source="测试来源"):
        path = tmp_path / "文件.csv"
        path.write_text(content, encoding="utf-8")
        return collect_file(SYSTEM, CollectionRequest(path, kind, source))

    return run


def kept(done):
    return service.rejections_of(SYSTEM, done.batch_id)


def test_every_rejected_row_is_kept_with_its_batch_masked_and_with_its_day(take):
    done = take(HEAD + GOOD + NEGATIVE + DAYLESS)
    rows = [(r.row_number, r.field, r.rule, r.occurred_on) for r in kept(done)]
    assert rows == [
        (3, "欠税余额（元）", "negative", dt.date(2024, 2, 3)),
        (4, "公告日期", "future_date", None),
        (4, "欠税余额（元）", "negative", None),
    ]
    assert all(r.advice.endswith("。") for r in kept(done))
    assert service.get_batch(done.batch_id).counts.rejected == 2


def test_a_value_that_tells_of_a_person_is_never_kept(take):
    done = take(HEAD + GOOD.replace(",100,", ",110105199003078515,"))
    assert all("19900307" not in row.shown_value for row in kept(done))


def test_a_batch_of_which_every_row_was_rejected_exists_with_its_counts(take):
    done = take(HEAD + NEGATIVE)
    batch = service.get_batch(done.batch_id)
    assert (batch.counts.total, batch.counts.rejected, batch.counts.accepted) == (1, 1, 0)
    assert batch.state is BatchState.FINISHED


def test_a_register_extract_is_a_batch_too_and_the_same_one_again_is_the_same_batch(take):
    extract = f"统一社会信用代码,企业名称\n{A},鹰川甲有限公司\n{invented(302)},\n"
    done, again = take(extract, "registration"), take(extract, "registration")
    assert [r.rule for r in kept(done)] == ["required_missing"]
    assert again.batch_id == done.batch_id
    assert service.get_batch(done.batch_id).counts.accepted == 1


def test_the_register_is_no_kind_of_record_that_was_collected(take):
    take(f"统一社会信用代码,企业名称\n{A},鹰川甲有限公司\n", "registration")
    assert "registration" not in service.collected_kinds()


def test_the_same_file_again_keeps_its_rejections_once(take):
    first, again = take(HEAD + NEGATIVE), take(HEAD + NEGATIVE)
    assert first.batch_id == again.batch_id
    assert service.count_rejections(SYSTEM, again.batch_id) == 1


def test_rejections_come_in_pages_in_the_order_of_the_file(take):
    done = take(HEAD + "".join(NEGATIVE.replace("印花税", f"税{n}") for n in range(5)))
    page = service.rejections_of(SYSTEM, done.batch_id, limit=2, offset=3)
    assert [row.row_number for row in page] == [5, 6]
    assert service.count_rejections(SYSTEM, done.batch_id) == 5


def test_batches_are_listed_by_source_kind_state_and_time(take):
    done = take(HEAD + GOOD, source="甲来源")
    take(HEAD + GOOD, source="乙来源")
    assert [b.id for b in service.list_batches(source="甲来源")] == [done.batch_id]
    assert service.count_batches(kind="tax_arrears", state=BatchState.FINISHED) == 2
    assert service.list_batches(since=clock.now() + dt.timedelta(hours=1)) == []
    assert len(service.list_batches(limit=1, offset=1)) == 1


def test_another_department_does_not_find_the_rejections(take):
    done = take(HEAD + NEGATIVE)
    stranger = Actor(
        None, Role.DEPARTMENT, parties.department(code="another_office").id, "别的部门"
    )
    with pytest.raises(NotFound):
        service.rejections_of(stranger, done.batch_id)


def test_a_department_finds_what_it_delivered_itself(take):
    done = take(HEAD + NEGATIVE, source="another_office")
    owner = Actor(None, Role.DEPARTMENT, parties.department(code="another_office").id, "本部门")
    assert service.count_rejections(owner, done.batch_id) == 1


@pytest.mark.parametrize("role", [Role.BANK_OFFICER, Role.ENTERPRISE_USER, Role.PUBLIC])
def test_nobody_else_may_see_rejections(take, role):
    done = take(HEAD + NEGATIVE)
    with pytest.raises(Forbidden):
        service.rejections_of(Actor(None, role, uuid4(), "外人"), done.batch_id)


def test_no_such_batch_is_not_found(db):
    with pytest.raises(NotFound):
        service.rejections_of(SYSTEM, uuid4())
