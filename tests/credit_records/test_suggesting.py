"""What the assistant says about one file; how often it is right stands in two other modules."""

import json

import pytest
import yaml

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.catalogue.usual_words import read_usual_words, usual_words
from xinyidai.credit_records.collecting import load_mapping
from xinyidai.credit_records.collecting.drafting import as_json, mapping_text
from xinyidai.credit_records.collecting.likeness import likeness
from xinyidai.credit_records.collecting.mapping import bind, find_kind
from xinyidai.credit_records.collecting.reading import read_file
from xinyidai.credit_records.collecting.suggesting import suggest
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import invented

FIRMS = [(invented(n), f"鹰川{chr(0x4E00 + n)}机械有限公司") for n in range(30)]
PENALTIES = "".join(
    f"{name},{code},鹰市监罚字〔2024〕{n}号,虚假宣传,广告法第四条,罚款,0.5,2024/{n % 12 + 1}/3,鹰川市某局\n"
    for n, (code, name) in enumerate(FIRMS)
)
HEAD = "当事人,统一代码,决定书文号,违法行为,处罚依据,处罚种类,罚款金额（万元）,处罚时间,处罚单位\n"


@pytest.fixture
def propose(tmp_path):
    def run(content, name="名单.csv", **more):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return suggest(path, **more)

    return run


def test_a_table_of_penalties_is_known_by_its_headings_and_numbers(propose):
    found = propose(HEAD + PENALTIES)
    assert found.kind == "administrative_penalty"
    assert (found.code.column.written, found.name.column.written) == ("统一代码", "当事人")
    assert (found.day.column.written, found.amount.column.written) == (
        "处罚时间", "罚款金额（万元）",
    )  # fmt: skip


def test_the_proposal_binds_as_it_stands(propose, tmp_path):
    found = propose(HEAD + PENALTIES)
    path = tmp_path / "映射.yaml"
    path.write_text(mapping_text(found), encoding="utf-8")
    mapping = load_mapping(path)
    raw = read_file(found.path, mapping.layout)
    assert bind(raw.headings, find_kind(mapping.kind), mapping).columns["cf_jdrq"] == ("c7",)


def test_samples_never_show_a_value(propose):
    said = json.dumps(as_json(propose(HEAD + PENALTIES)), ensure_ascii=False)
    assert not [text for firm in FIRMS for text in firm if text in said]
    assert all(len(column["samples"]) <= 3 for column in json.loads(said)["columns"])


def test_what_may_never_be_collected_is_said_and_hidden(propose):
    rows = "".join(line + ",女\n" for line in PENALTIES.splitlines())
    said = as_json(propose(HEAD.replace("\n", ",性别\n") + rows))
    column = said["columns"][-1]
    assert "不得采集" in column["why"]
    assert set(column["samples"]) == {"***"}
    assert any("不能采集" in sentence for sentence in said["missing"])


def test_the_code_is_found_by_its_check_digit_where_the_heading_lies(propose):
    text = "编码一,编码二,名目\n" + "".join(
        f"{code[:-1]}{'0' if code[-1] != '0' else '1'},{code},{name}\n" for code, name in FIRMS
    )
    assert propose(text, "经营异常名录.csv").code.column.written == "编码二"


def test_an_organs_code_is_not_the_firms(propose):
    organ = invented(999)
    text = "企业名称,列入机关统一社会信用代码,列入日期\n" + "".join(
        f"{name},{organ},2024-01-02\n" for _, name in FIRMS
    )
    found = propose(text, "经营异常名录.csv")
    assert (found.kind, found.code) == ("abnormal_operation", None)


def test_a_day_of_export_is_no_day_of_the_matter(propose):
    text = "企业名称,更新时间\n" + "".join(f"{name},2024-06-01\n" for _, name in FIRMS)
    found = propose(text, "经营异常名录.csv")
    assert found.day is None
    assert "undated: true" in mapping_text(found)


def test_a_deadline_is_no_day_of_the_matter(propose):
    text = "企业名称,移出时间\n" + "".join(f"{name},2024-06-01\n" for _, name in FIRMS)
    assert propose(text, "经营异常名录.csv").day is None


def test_a_required_option_is_read_from_the_title(propose):
    text = "企业名称\n" + "".join(f"{name}\n" for _, name in FIRMS)
    draft = yaml.safe_load(mapping_text(propose(text, "国家级小巨人企业名单.csv")))
    assert draft["constants"] == {"level": "little_giant"}


def test_who_asks_is_not_who_has(propose):
    text = "企业名称\n" + "".join(f"{name}\n" for _, name in FIRMS)
    assert propose(text, "资质证书名单.csv").kind == "qualification"
    assert propose(text, "资质申请情况.csv").kind == "unknown"


def test_an_unknown_table_still_tells_its_columns_and_what_to_do(propose):
    text = "车牌,所属企业\n" + "".join(f"鹰A{n:05d},{name}\n" for n, (_, name) in enumerate(FIRMS))
    said = as_json(propose(text, "车辆.csv"))
    assert (said["kind"], said["mapping"]) == ("unknown", None)
    assert said["roles"]["name"]["column"] == "所属企业"
    assert "--kind" in said["missing"][0]


def test_a_named_kind_is_taken_at_its_word(propose):
    text = "企业名称\n" + "".join(f"{name}\n" for _, name in FIRMS)
    assert propose(text, "名单.csv", kind="honour").kind == "honour"
    with pytest.raises(InvalidInput, match="没有信息类别"):
        propose(text, "名单.csv", kind="honours")


def test_days_written_day_first_are_noticed(propose):
    text = "企业名称,列入日期\n" + "".join(
        f"{name},{n % 28 + 1}/3/2024\n" for n, (_, name) in enumerate(FIRMS)
    )
    assert yaml.safe_load(mapping_text(propose(text, "经营异常.csv")))["day_first"] is True


def test_options_of_the_source_are_asked_for(propose):
    text = "企业名称,纳税信用级别,评价年度,评价日期\n" + "".join(
        f"{name},{n % 2 + 1},2023,2024-04-01\n" for n, (_, name) in enumerate(FIRMS)
    )
    said = as_json(propose(text, "纳税信用.csv"))
    assert any("values" in sentence for sentence in said["missing"])


@pytest.mark.parametrize(
    ("heading", "known", "least"),
    [
        ("处罚时间", "处罚日期", 0.9), ("企业名称（必填）", "企业名称", 0.9), ("*文号", "文号", 0.99),
        ("罚款数额(万元)", "罚款金额", 0.9), ("处罚部门", "处罚机关", 0.9), ("企业注册地址", "注册地址", 0.85),
    ],
)  # fmt: skip
def test_headings_in_other_words_are_alike(heading, known, least):
    assert likeness(heading, known) >= least


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("处罚日期", "处罚依据"),
        ("公示截止期", "公示日期"),
        ("企业名称", "案件名称"),
        ("金额", "备注"),
    ],
)
def test_headings_of_other_things_are_not_alike(heading, known):
    assert likeness(heading, known) < 0.85


def test_every_kind_has_words_and_no_word_of_a_kind_that_is_none():
    assert {"tax_penalty", "registration"} <= set(usual_words().kinds)
    text = (
        "subject: {code: [], name: [], others: []}\ntechnical_days: []\ndeadlines: []\n"
        "running_numbers: []\naskings: []\ndepartments: {}\nkinds: {tax_fine: {titles: [罚]}}\n"
    )
    with pytest.raises(CatalogueBroken, match="tax_fine"):
        read_usual_words(parse_catalogue(text, "words"))
