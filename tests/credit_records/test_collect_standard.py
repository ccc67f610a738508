"""Files of the double-publicity standard, 双公示, named by its field codes alone."""

import json

import pytest
from sqlalchemy import select, text

from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_records.collecting import CollectionRequest, collect_file
from xinyidai.credit_records.collecting.drafting import as_json
from xinyidai.credit_records.collecting.mapping import mapping_of
from xinyidai.credit_records.collecting.suggesting import suggest
from xinyidai.credit_records.service import read_own
from xinyidai.enterprises import queries
from xinyidai.enterprises.models import PendingName
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import invented

A, B = invented(711), invented(712)
ORGAN = invented(713)
PERSON = "110101190001010019"  # an invented number: nobody was born in that year with it
LICENCE = {
    "XK_XDR_MC": "鹰川许可甲有限公司",
    "XK_XDR_LB": "法人及非法人组织",
    "XK_XDR_SHXYM": A,
    "XK_XDR_GSZC": "",
    "XK_XDR_ZZJG": "",
    "XK_XDR_SWDJ": "",
    "XK_XDR_SYDW": "",
    "XK_XDR_SHZZ": "",
    "XK_FRDB": "张演示",
    "XK_FR_ZJLX": "身份证",
    "XK_FR_ZJHM": PERSON,
    "XK_XDR_ZJLX": "",
    "XK_XDR_ZJHM": "",
    "XK_XKWS": "食品经营许可决定书",
    "XK_WSH": "鹰许〔2026〕1号",
    "XK_XKLB": "普通",
    "XK_XKZS": "食品经营许可证",
    "XK_XKBH": "JY1",
    "XK_NR": "热食类食品制售",
    "XK_JDRQ": "2026/03/02",
    "XK_YXQZ": "2026/03/02",
    "XK_YXQZI": "2031/03/01",
    "XK_XKJG": "鹰川市行政审批局（演示）",
    "XK_XKJGDM": ORGAN,
    "XK_ZT": "1",
    "XK_LYDW": "鹰川市行政审批局（演示）",
    "XK_LYDWDM": ORGAN,
    "BZ": "",
}
PENALTY = {
    "CF_XDR_MC": "鹰川处罚乙有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": B,
    "CF_XDR_GSZC": "",
    "CF_XDR_ZZJG": "",
    "CF_XDR_SWDJ": "",
    "CF_XDR_SYDW": "",
    "CF_XDR_SHZZ": "",
    "CF_FRDB": "李演示",
    "CF_FR_ZJLX": "身份证",
    "CF_FR_ZJHM": PERSON,
    "CF_XDR_ZJLX": "",
    "CF_XDR_ZJHM": "",
    "CF_WSH": "鹰罚〔2026〕9号",
    "CF_WFXW": "未按规定公示",
    "CF_SY": "未按规定公示价格",
    "CF_YJ": "价格法",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款一万二千元",
    "CF_NR_FK": "1.2",
    "CF_NR_WFFF": "0",
    "CF_NR_ZKDX": "",
    "CF_JDRQ": "2026/04/03",
    "CF_YXQ": "2027/04/03",
    "CF_GSJZQ": "2027/04/03",
    "CF_CFJG": "鹰川市市场监督管理局（演示）",
    "CF_CFJGDM": ORGAN,
    "CF_SJLY": "鹰川市市场监督管理局（演示）",
    "CF_SJLYDM": ORGAN,
    "BZ": "",
}
FILES = [("administrative_licence", LICENCE), ("administrative_penalty", PENALTY)]


@pytest.fixture
def written(tmp_path):
    def run(*rows):
        path = tmp_path / "export.csv"
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return run


def facts_of(code):
    firm = queries.find_by_code(code)
    return read_own(Actor(None, Role.ENTERPRISE_USER, firm.id, "测试"), firm.id)


@pytest.mark.parametrize(("kind", "row"), FILES)
def test_every_code_of_the_standard_is_known_or_dropped(kind, row):
    known = {field.standard_code for field in get_kind(kind).fields}
    personal = {code for code in row if "_ZJ" in code and code.endswith(("LX", "HM"))}
    assert known == set(row) - personal


@pytest.mark.parametrize(("kind", "row"), FILES)
def test_a_file_named_by_the_standard_is_collected_without_any_mapping(db, written, kind, row):
    done = collect_file(SYSTEM, CollectionRequest(written(row), kind, "测试来源"))
    assert (done.accepted, done.rejected) == (1, 0)
    prefix = kind == "administrative_licence"
    fact = facts_of(A if prefix else B)[0]
    assert fact.content["xk_wsh" if prefix else "cf_wsh"] == row["XK_WSH" if prefix else "CF_WSH"]
    assert fact.amount_fen == (None if prefix else 1_200_000)


@pytest.mark.parametrize(("kind", "row"), FILES)
def test_the_number_of_a_person_is_dropped_and_the_clerk_is_told(db, written, tmp_path, kind, row):
    wrong = {**row, next(code for code in row if code.endswith("_JDRQ")): "昨天"}
    report = tmp_path / "退回.csv"
    done = collect_file(
        SYSTEM, CollectionRequest(written(row, wrong), kind, "测试来源", None, report)
    )
    assert (done.accepted, done.rejected) == (1, 1)
    assert set(done.dropped) == {c for c in row if c.endswith(("_ZJHM", "_ZJLX"))}
    content = json.dumps([fact.content for fact in facts_of(A if "XK_WSH" in row else B)])
    assert PERSON not in content
    assert PERSON not in report.read_text(encoding="utf-8-sig")
    stored = database.session.scalars(select(PendingName)).all()
    assert PERSON not in str([vars(row) for row in stored])


@pytest.mark.parametrize(("kind", "row"), FILES)
def test_a_record_of_a_natural_person_is_refused(db, written, kind, row):
    part = "XK" if "XK_WSH" in row else "CF"
    person = {
        **row,
        f"{part}_XDR_LB": "自然人",
        f"{part}_XDR_SHXYM": "",
        f"{part}_XDR_MC": "王演示",
    }
    done = collect_file(SYSTEM, CollectionRequest(written(row, person), kind, "测试来源"))
    assert (done.accepted, done.rejected, done.pending_names) == (1, 1, 0)
    waiting = select(PendingName).where(PendingName.name == "王演示")
    assert database.session.scalars(waiting).all() == []


@pytest.mark.parametrize(("kind", "row"), FILES)
def test_the_assistant_knows_a_file_by_the_codes_alone(written, kind, row):
    proposal = as_json(suggest(written(row, row)))
    assert (proposal["kind"], proposal["missing"]) == (kind, [])
    hidden = {c["column"]: c for c in proposal["columns"] if c["column"].endswith("_FR_ZJHM")}
    assert all(c["field"] is None and PERSON not in c["samples"] for c in hidden.values())
    assert all("不予留存" in c["why"] for c in hidden.values())
    assert len(hidden) == 1


def test_a_mapping_cannot_store_what_is_dropped(db, written):
    mapping = mapping_of({"kind": "administrative_penalty", "columns": {"bz": "CF_FR_ZJHM"}})
    request = CollectionRequest(written(PENALTY), "administrative_penalty", "测试来源", mapping)
    with pytest.raises(InvalidInput, match="不予留存") as raised:
        collect_file(SYSTEM, request)
    assert raised.value.code == "bad_mapping"


def test_no_table_holds_the_number_after_a_collection(db, written):
    collect_file(SYSTEM, CollectionRequest(written(PENALTY), "administrative_penalty", "测试来源"))
    tables = database.session.scalars(
        text("select tablename from pg_tables where schemaname = 'public'")
    ).all()
    held = [
        name
        for name in tables
        if database.session.scalar(
            text(f'select exists (select 1 from "{name}" t where t::text like :number)'),  # noqa: S608 - names of our own tables
            {"number": f"%{PERSON}%"},
        )
    ]
    assert held == []
