import datetime as dt
import random

import pytest

from xinyidai.catalogue.errors import BannedFieldRefused
from xinyidai.credit_records.collecting import codes, rejecting
from xinyidai.credit_records.collecting.mapping import (
    FOLDER,
    SourceMapping,
    bind,
    find_kind,
    load_mapping,
)
from xinyidai.credit_records.collecting.reading import read_file
from xinyidai.credit_records.collecting.validating import Check, open_engine, validate
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import CodeProblem, find_problem, invented, invented_for

TODAY = dt.date(2026, 11, 21)
CODE = invented(7)
ARREARS = "统一社会信用代码,企业名称,税种,欠税金额,公告日期"


@pytest.fixture
def checked(tmp_path):
    def run(content, kind="tax_arrears", mapping=None):
        path = tmp_path / "文件.csv"
        path.write_text(content, encoding="utf-8")
        mapping = mapping or SourceMapping(kind)
        raw, spec = read_file(path, mapping.layout), find_kind(kind)
        binding = bind(raw.headings, spec, mapping)
        check = Check(open_engine(), raw, spec, mapping, binding, TODAY)
        validate(check)
        return check

    return run


def arrears(code=CODE, name="鹰川甲有限公司", tax="增值税", amount="100", day="2024-01-02"):
    return f'{ARREARS}\n{code},{name},{tax},"{amount}",{day}\n'


def reasons_of(check):
    return list(rejecting.reasons(check))


def value_of(check, field):
    return check.engine.execute(f"select v_{field} from sound").fetchone()[0]  # noqa: S608 - ours


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-08-21", "2020-08-21"),
        ("2020/8/21", "2020-08-21"),
        ("20200821", "2020-08-21"),
        ("2020.8.21", "2020-08-21"),
        ("2020年8月21日", "2020-08-21"),
        ("２０２０年８月２１日", "2020-08-21"),
        ("2015年08月", "2015-08-01"),
        ("2014-12", "2014-12-01"),
        ("2021年度2  月", "2021-02-01"),
        ("44064", "2020-08-21"),
        ("44064.75", "2020-08-21"),
        ("1597939200000", "2020-08-21"),
        ("1597939200000.0", "2020-08-21"),
        ("20200821153000", "2020-08-21"),
        ("2020-07-01 00:00:00", "2020-07-01"),
        ("2020-07-01 00:00:00.000", "2020-07-01"),
        ("2020-07-01T08:30:00+08:00", "2020-07-01"),
        ("二〇一七年十月二十三日", "2017-10-23"),
        ("二零一七年十二月三十一日", "2017-12-31"),
        ("二○一七年二月十日", "2017-02-10"),
    ],
)
def test_every_usual_form_of_a_date_is_read(checked, text, day):
    check = checked(arrears(day=text))
    assert value_of(check, "announced_on") == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"code": CODE[:-1]}, "uscc_length"),
        ({"code": CODE[:-2] + "O" + CODE[-1]}, "uscc_characters"),
        ({"code": CODE[:-1] + ("1" if CODE[-1] != "1" else "2")}, "uscc_check_digit"),
        ({"code": "", "name": ""}, "no_subject"),
        ({"day": "2099-01-01"}, "future_date"),
        ({"day": "2026-11-22"}, "future_date"),
        ({"day": "2023-02-30"}, "impossible_date"),
        ({"day": "去年"}, "not_a_date"),
        ({"day": "infinity"}, "not_a_date"),
        ({"day": "2023"}, "not_a_date"),
        ({"day": "1850-01-01"}, "date_too_early"),
        ({"day": ""}, "required_missing"),
        ({"amount": "-5"}, "negative"),
        ({"amount": "很多"}, "not_a_number"),
        ({"amount": "1_000"}, "not_a_number"),
        ({"amount": "89999999999999"}, None),
        ({"amount": "999999999999999"}, "amount_too_large"),
        ({"tax": "税" * 50}, None),
        ({"tax": "税" * 51}, "too_long"),
        ({"tax": "增\x07值税"}, "control_characters"),
    ],
)
def test_a_bad_cell_is_rejected_by_its_own_rule_and_advice(checked, cells, rule):
    found = reasons_of(checked(arrears(**cells)))
    assert found == ([rule] if rule else [])
    assert all(rejecting.ADVICE[reason].endswith("。") for reason in found)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("100", 10_000),
        ("1,435,313.650", 143_531_365),
        ("12.5万元", 12_500_000),
        ("３元", 300),
        ("1e3", 100_000),
    ],
)
def test_amounts_become_whole_fen(checked, text, fen):
    assert value_of(checked(arrears(amount=text)), "balance") == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12万人民币", 12_000_000),
        ("1,000(万元人民币)", 1_000_000_000),
        ("50(万元)", 50_000_000),
        ("50万美元", None),
        ("面议", None),
    ],
)
def test_capital_is_read_in_renminbi_only(checked, text, fen):
    rows = f'统一社会信用代码,企业名称,注册资金\n{CODE},甲公司,"{text}"\n'
    assert value_of(checked(rows, "registration"), "registered_capital") == fen


def test_full_width_codes_and_blanks_are_understood(checked):
    wide = CODE.translate(str.maketrans("0123456789", "０１２３４５６７８９")).lower()
    check = checked(arrears(code=f"　{wide} "))
    assert check.engine.execute("select uscc from sound").fetchone()[0] == CODE


def test_a_misshapen_row_is_rejected_with_its_number(checked):
    check = checked(arrears() + "只有一格\n" + arrears().splitlines()[1] + "\n")
    assert check.engine.execute("select row_number, rule from rejects").fetchall() == [
        (3, "misshapen_row")
    ]


def test_an_option_is_recognised_by_code_name_or_synonym_and_nothing_else(checked):
    head = "统一社会信用代码,企业名称,证号,证书状态,核发日期\n"
    rows = "".join(
        f"{CODE},甲公司,{n},{s},2024-01-02\n" for n, s in enumerate(("有效", " 有效 ", "也许"))
    )
    check = checked(head + rows, "safety_licence")
    assert rejecting.reasons(check) == {"unknown_value": 1}


def test_valid_until_may_lie_ahead_as_far_as_the_catalogue_allows(checked):
    head = "统一社会信用代码,企业名称,证号,核发日期,有效期至\n"
    rows = f"{CODE},甲,1,2024-01-02,2028-01-01\n{CODE},甲,2,2024-01-02,2099-01-01\n"
    assert rejecting.reasons(checked(head + rows, "safety_licence")) == {"future_date": 1}


def test_the_vectorised_check_agrees_with_the_kernel_on_right_and_broken_codes():
    dice = random.Random(20261121)  # noqa: S311 - invented codes
    seen = [invented(dice.randrange(31**6)) for _ in range(300)]
    for code in list(seen):
        place = dice.randrange(18)
        seen.append(code[:place] + dice.choice("0123456789ABIOSVZ中é") + code[place + 1 :])
        seen.append(code[:place])
    names = {CodeProblem.LENGTH: "uscc_length", CodeProblem.CHARACTER: "uscc_characters"}
    names[CodeProblem.CHECK_DIGIT] = "uscc_check_digit"
    expected = [names.get(problem) if (problem := find_problem(code)) else None for code in seen]
    assert codes.broken_rules(seen) == expected


def test_an_invented_code_is_valid_stable_and_of_its_namespace():
    first = invented_for("甲", "E1")
    assert find_problem(first) is None
    assert first == invented_for("甲", "E1")
    assert len({first, invented_for("甲", "E2"), invented_for("乙", "E1")}) == 3


def test_an_unknown_kind_is_refused_with_near_ones():
    with pytest.raises(InvalidInput, match="tax_arrears") as refusal:
        find_kind("tax_arears")
    assert refusal.value.code == "unknown_kind"


def test_a_banned_column_refuses_the_whole_file_even_when_ignored(checked):
    mapping = SourceMapping("tax_arrears", ignore=frozenset({"宗教信仰"}))
    with pytest.raises(BannedFieldRefused, match="宗教信仰"):
        checked(arrears().replace("税种", "宗教信仰"), mapping=mapping)


def test_a_column_outside_the_catalogue_is_refused_by_name_unless_ignored(checked):
    content = f"{ARREARS},心情\n{CODE},甲,增值税,1,2024-01-02,好\n"
    with pytest.raises(InvalidInput, match="心情"):
        checked(content)
    mapping = SourceMapping("tax_arrears", ignore=frozenset({"心情"}))
    assert checked(content, mapping=mapping).count("select count(*) from sound") == 1


def test_a_missing_required_column_is_named(checked):
    with pytest.raises(InvalidInput, match="欠税税种"):
        checked(f"统一社会信用代码,企业名称,欠税金额,公告日期\n{CODE},甲,1,2024-01-02\n")


def test_a_mapping_with_an_unknown_key_or_field_is_refused(tmp_path, checked):
    path = tmp_path / "m.yaml"
    path.write_text("kind: tax_arrears\ncolums: {}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="colums"):
        load_mapping(path)
    with pytest.raises(InvalidInput, match="mood"):
        checked(arrears(), mapping=SourceMapping("tax_arrears", constants={"mood": "好"}))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_loads_and_names_a_known_kind(path):
    if path.stem in {"sets", "registration_fields"}:
        return
    mapping = load_mapping(path)
    assert find_kind(mapping.kind).code == mapping.kind
    assert mapping.source
    assert mapping.file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_the_report_never_carries_a_formula(text):
    assert rejecting.harmless(text).startswith("'")


def test_the_report_names_row_field_rule_and_advice_and_masks_the_value(checked, tmp_path):
    check = checked(arrears(amount="-12345"))
    rejecting.write_report(check, tmp_path / "退回.csv")
    line = (tmp_path / "退回.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert line == "2,欠税余额（元）,'-****5,negative,不能为负数，请检查符号。"
