import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from xinyidai.credit_records.collecting import CollectionRequest, SourceMapping, collect_file
from xinyidai.credit_records.collecting.fields import field_of
from xinyidai.credit_records.collecting.mapping import SubjectRule
from xinyidai.credit_records.commands import collect, collect_set
from xinyidai.credit_records.service import read_own
from xinyidai.credit_records.service.write import list_batches
from xinyidai.enterprises import queries
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.enterprises.service import resolve_pending_names
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, InvalidInput
from xinyidai.kernel.uscc import invented

HEAD = "统一社会信用代码,企业名称,税种,欠税金额,公告日期\n"
A, B, C = invented(101), invented(102), invented(103)
ROWS = (
    HEAD + f"{A},鹰川甲有限公司,增值税,100,2024-01-02\n{B},鹰川乙有限公司,增值税,200.5,2024-01-02\n"
)


@pytest.fixture
def take(tmp_path):
    def run(content, kind="tax_arrears", mapping=None, name="文件.csv", **more):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return collect_file(SYSTEM, CollectionRequest(path, kind, "测试来源", mapping, **more))

    return run


def records_of(code):
    firm = queries.find_by_code(code)
    owner = Actor(None, Role.ENTERPRISE_USER, firm.id, "测试")
    return read_own(owner, firm.id)


def count_firms():
    return database.session.scalar(select(func.count()).select_from(Enterprise))


def test_rows_become_records_of_firms_known_and_new(db, take):
    done = take(ROWS)
    assert (done.accepted, done.rejected, done.firms, done.is_taken) == (2, 0, 2, True)
    fact = records_of(B)[0]
    assert (fact.amount_fen, fact.level, fact.content["balance"]) == (20_050, "增值税", 20_050)
    assert queries.find_by_code(A).origin == "record"


def test_the_same_file_again_changes_nothing(db, take):
    take(ROWS)
    version = queries.find_by_code(A).facts_version
    again = take(ROWS)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 2, 0)
    database.session.expire_all()
    assert queries.find_by_code(A).facts_version == version
    assert len(list_batches()) == 1


def test_a_changed_row_supersedes_and_the_others_stay(db, take):
    take(ROWS)
    done = take(ROWS.replace("200.5", "300"))
    assert (done.accepted, done.superseded, done.unchanged) == (1, 1, 1)
    assert [fact.amount_fen for fact in records_of(B)] == [30_000]


def test_a_file_delivered_again_after_another_one_counts_again_and_only_once(db, take):
    take(ROWS)
    take(ROWS.replace("200.5", "300"))
    assert take(ROWS).superseded == 1
    assert take(ROWS).unchanged == 2
    assert [fact.amount_fen for fact in records_of(B)] == [20_050]


def test_a_registration_without_a_name_is_rejected(db, take):
    done = take(f"统一社会信用代码,企业名称\n{A},\n{B},鹰川乙有限公司\n", "registration")
    assert (done.accepted, done.reasons) == (1, {"required_missing": 1})


def test_data_of_tomorrow_cannot_be_collected(db, take):
    with pytest.raises(InvalidInput, match="截止日期"):
        take(ROWS, as_of=clock.today() + timedelta(days=1))


def test_twins_within_a_file_are_rejected_and_a_contradiction_is_told_apart(db, take):
    twin = f"{A},鹰川甲有限公司,增值税,100,2024-01-02\n"
    other = twin.replace(",100,", ",999,")
    done = take(ROWS + twin + other)
    assert done.reasons == {"conflicting_row": 1, "duplicate_row": 1}
    assert [fact.amount_fen for fact in records_of(A)] == [10_000]


def test_a_code_with_another_name_is_rejected_but_a_former_name_is_not(db, take):
    take(ROWS)
    firm = queries.find_by_code(A)
    firm.former_names = ["鹰川老甲有限公司"]
    database.session.flush()
    named = HEAD + f"{A},鹰川老甲有限公司,城建税,1,2024-01-02\n{A},别家公司,房产税,1,2024-01-02\n"
    done = take(named)
    assert (done.accepted, done.reasons, done.duplicate_codes) == (1, {"name_mismatch": 1}, 1)


def test_brackets_and_spaces_make_no_other_name(db, take):
    take(ROWS.replace("鹰川甲有限公司", "鹰川（甲）有限公司"))
    done = take(HEAD + f"{A}, 鹰川(甲) 有限公司,城建税,1,2024-01-02\n")
    assert (done.accepted, done.rejected) == (1, 0)


def test_the_commonest_name_of_an_unknown_code_becomes_the_firms(db, take):
    body = "".join(
        f"{C},{n},{t},1,2024-01-02\n" for n, t in (("偶名", "一"), ("常名", "二"), ("常名", "三"))
    )
    done = take(HEAD + body)
    assert queries.find_by_code(C).name == "常名"
    assert done.reasons == {"name_mismatch": 1}


def test_an_unknown_code_without_a_name_is_rejected(db, take):
    done = take(HEAD + f"{C},,增值税,1,2024-01-02\n")
    assert (done.accepted, done.reasons, done.is_taken) == (0, {"unknown_code": 1}, False)


def test_a_bare_name_waits_and_is_taken_once_the_register_knows_it(db, take):
    bare = HEAD + ",鹰川丙有限公司,增值税,1,2024-01-02\n"
    first, second = take(bare), take(bare)
    assert (first.pending_names, first.pending_new) == (1, 1)
    assert (second.pending_names, second.pending_new) == (1, 0)
    take(f"统一社会信用代码,企业名称\n{C},鹰川丙有限公司\n", "registration")
    assert resolve_pending_names(SYSTEM) == 1
    assert take(bare).accepted == 1
    assert len(records_of(C)) == 1


def test_a_bare_name_of_two_firms_waits(db, take):
    take(f"统一社会信用代码,企业名称\n{A},同名公司\n{B},同名公司\n", "registration")
    assert take(HEAD + ",同名公司,增值税,1,2024-01-02\n").pending_names == 1


def test_an_old_code_counts_as_none_where_the_mapping_says_so(db, take):
    take(f"统一社会信用代码,企业名称\n{A},鹰川甲有限公司\n", "registration")
    mapping = SourceMapping("tax_arrears", subject=SubjectRule(by_name_if_bad=True))
    old = HEAD + "110105780238342,鹰川甲有限公司,增值税,1,2024-01-02\n"
    assert take(old).reasons == {"uscc_length": 1}
    assert take(old, mapping=mapping).accepted == 1


def test_a_list_without_dates_is_dated_by_its_batch_and_stays_the_same_later(db, take, at):
    mapping = SourceMapping("abnormal_operation", undated=True)
    rows = f"统一社会信用代码,企业名称\n{A},鹰川甲有限公司\n"
    with at("2026-05-01T09:00"):
        take(rows, "abnormal_operation", mapping)
    with at("2026-06-01T09:00"):
        assert take(rows, "abnormal_operation", mapping).unchanged == 1
    fact = records_of(A)[0]
    assert (fact.occurred_on.isoformat(), fact.content["date_source"]) == ("2026-05-01", "batch")


def test_invoice_lines_become_months(db, take):
    spec = [
        {"code": "side", "name": "side", "type": "enum", "values": ["input", "output"]},
        {"code": "invoiced_on", "name": "date", "type": "date", "required": True},
        {"code": "counterparty", "name": "cp", "type": "text"},
        {"code": "total", "name": "tot", "type": "amount_yuan", "signed": True},
        {
            "code": "status",
            "name": "st",
            "type": "enum",
            "values": {"valid": "有效", "void": "作废"},
        },
    ]
    mapping = SourceMapping(
        "monthly_invoicing",
        subject=SubjectRule(code=("ent",), namespace="测试", name_prefix="样本"),
        raw=tuple(map(field_of, spec)),
        aggregate="monthly_invoicing",
    )
    lines = [
        "2024-01-02,甲,100,有效",
        "2024-01-30,乙,50.5,有效",
        "2024-01-30,甲,-10,有效",
        "2024-01-31,乙,999,作废",
        "2024-02-01,甲,7,有效",
    ]
    done = take(
        "ent,side,date,cp,tot,st\n" + "".join(f"E1,output,{line}\n" for line in lines),
        "monthly_invoicing",
        mapping,
    )
    firm = database.session.scalars(select(Enterprise).where(Enterprise.name == "样本E1")).one()
    january = next(fact for fact in records_of(firm.uscc) if fact.content["period"] == "2024-01")
    assert (done.rows, done.accepted, firm.code_invented) == (5, 2, True)
    assert january.content == {
        "period": "2024-01", "side": "output", "invoice_count": 4, "valid_count": 3,
        "void_count": 1, "negative_count": 1, "amount_yuan": 14_050, "counterparty_count": 2,
        "top_counterparty_amount": 9_000,
    }  # fmt: skip


def test_a_register_extract_fills_firms_and_renames_them(db, take):
    take(ROWS)
    head = "统一社会信用代码,企业名称,注册资金,成立日期,行业门类,企业状态\n"
    done = take(
        head + f"{A},鹰川新甲有限公司,12万人民币,2001-02-03,制造业,在营（开业）企业\n",
        "registration",
    )
    database.session.expire_all()
    firm = queries.find_by_code(A)
    assert (done.accepted, firm.origin, firm.former_names) == (1, "registry", ["鹰川甲有限公司"])
    assert (firm.registered_capital_fen, firm.section, firm.status) == (12_000_000, "C", "active")


def test_a_department_of_another_role_may_not_deliver(db, tmp_path):
    officer = Actor(None, Role.BANK_OFFICER, None, "客户经理")
    with pytest.raises(Forbidden):
        collect_file(officer, CollectionRequest(tmp_path / "x.csv", "tax_arrears", "银行"))


@pytest.mark.parametrize("source", ["", " ", "x" * 65, "a\nb"])
def test_a_source_needs_a_name(db, tmp_path, source):
    with pytest.raises(InvalidInput, match="来源"):
        collect_file(SYSTEM, CollectionRequest(tmp_path / "x.csv", "tax_arrears", source))


def invoke(command, *args):
    return CliRunner().invoke(command, [str(arg) for arg in args])


def test_the_command_tells_by_its_exit_code_how_much_was_taken(live, tmp_path):
    path = tmp_path / "欠税.csv"
    path.write_text(ROWS, encoding="utf-8")
    given = (path, "--kind", "tax_arrears", "--source", "测试", "--json")
    first, again = invoke(collect, *given), invoke(collect, *given)
    path.write_text(ROWS + f"{A},鹰川甲有限公司,印花税,-1,2024-01-02\n", encoding="utf-8")
    some = invoke(collect, *given, "--report", tmp_path / "退回.csv")
    path.write_text("乱写\n", encoding="utf-8")
    none = invoke(collect, *given)
    assert [run.exit_code for run in (first, again, some, none)] == [0, 0, 3, 2]
    assert json.loads(again.stdout)["unchanged"] == 2
    assert json.loads(some.stdout)["reasons"] == {"negative": 1}
    assert json.loads(none.stdout)["code"] == "unreadable_file"
    assert "negative" in (tmp_path / "退回.csv").read_text(encoding="utf-8-sig")


def test_what_fails_at_the_very_end_leaves_nothing_behind(live, tmp_path):
    path = tmp_path / "欠税.csv"
    path.write_text(ROWS + ",无码公司,增值税,1,2024-01-02\n", encoding="utf-8")
    lost = tmp_path / "没有这个目录" / "退回.csv"
    run = invoke(collect, path, "--kind", "tax_arrears", "--source", "测试", "--report", lost)
    assert run.exit_code == 2
    assert "退回清单无法写到" in run.stderr
    assert (count_firms(), len(list_batches())) == (0, 0)
    assert database.session.scalar(select(func.count()).select_from(PendingName)) == 0


def test_the_command_suggests_a_mapping_that_it_then_takes(live, tmp_path):
    path, mapping = tmp_path / "欠税公告.csv", tmp_path / "映射.yaml"
    head = "纳税人识别号,纳税人,所欠税种,欠税额,公告时间,心情\n"
    path.write_text(ROWS.replace(HEAD, head).replace("-02\n", "-02,好\n"), encoding="utf-8")
    run = invoke(collect, path, "--suggest", "--json", "--mapping-out", mapping)
    said = json.loads(run.stdout)
    assert (said["kind"], said["roles"]["code"]["column"]) == ("tax_arrears", "纳税人识别号")
    assert (run.exit_code, count_firms()) == (0, 0)
    taken = invoke(collect, path, "--source", "测试", "--mapping", mapping, "--json")
    assert (taken.exit_code, json.loads(taken.stdout)["accepted"]) == (0, 2)


def test_what_is_no_kind_is_not_forced_into_one(live, tmp_path):
    path, mapping = tmp_path / "心情.csv", tmp_path / "映射.yaml"
    path.write_text("日子,心情\n周一,好\n周二,坏\n", encoding="utf-8")
    run = invoke(collect, path, "--suggest", "--mapping-out", mapping)
    assert json.loads(run.stdout.partition("\n{\n")[0] or run.stdout)["kind"] == "unknown"
    assert (run.exit_code, mapping.exists()) == (2, False)


def test_a_collection_needs_a_kind_or_a_mapping(live, tmp_path):
    path = tmp_path / "欠税.csv"
    path.write_text(ROWS, encoding="utf-8")
    run = invoke(collect, path, "--source", "测试")
    assert run.exit_code == 2
    assert "--suggest" in run.stderr


def test_an_unknown_set_is_refused(live, tmp_path):
    run = invoke(collect_set, "shanghai", "--folder", tmp_path)
    assert run.exit_code == 2
    assert "beijing" in run.stderr
