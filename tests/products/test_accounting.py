"""No word of a published product disappears: each piece is accounted for, with a reason."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.products.test_importing import ROW, parse
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.accounting import Fate, Part, read_parts
from xinyidai.products.clauses import Reason, Section, clauses_of, labelled, reason_for
from xinyidai.products.commands import products as command
from xinyidai.products.importing import NO_PRODUCT, PERSONAL, counts_of, read_list
from xinyidai.products.importing_tables import CELLS, SENTENCES, read_table
from xinyidai.products.term_words import TermWords
from xinyidai.products.values import CostBasis, RepaymentMethod

CHECKOUT = Path(__file__).parents[2]
PAGES = [
    {"title": "小企业贷款", "text": ["虚构信用贷", "虚构房贷"]},
    {"title": "个人消费类", "text": ["虚构房贷"]},
    {
        "title": "虚构信用贷",
        "text": [
            "【产品介绍】",
            "虚构农商银行给小企业的贷款,随借随还。",
            "【适用对象】小微企业",
            "（三）  办理条件",
            "1.企业成立2年以上；",
            "2.信用良好。",
            "3.虚构农商银行规定的其他条件。",
            "【禁入情形】",
            "成立不足1年的企业",
            "【贷款额度、期限】",
            "贷款额度最高可至100万元",
            "期限最长3年,单笔不超过1年",
            "年利率4.35%至5.5%；担保费年费率1%",
            "【贷款资料】",
            "营业执照；财务报表",
            "0371-12345678",
        ],
    },
    {"title": "虚构房贷", "text": "【贷款条件】\n具有完全民事行为能力的自然人,购房。"},
]


def part(text, section=Section.CONDITIONS):
    return Part("conditions", section, text)


def reading_of(*texts, section=Section.CONDITIONS):
    return read_parts([part(text, section) for text in texts], TermWords())


def require_nothing_lost(reading, sources):
    """Every column is its pieces, and what a piece became stands in the facts."""
    for column, text in sources.items():
        pieces = [piece.text for piece in reading.accounted if piece.column == column]
        assert "".join(pieces) == text, column
    facts = reading.facts
    if facts is None:
        assert {piece.fate for piece in reading.accounted} == {Fate.NOT_TAKEN}
        return
    codes = {criterion["code"] for criterion in facts.criteria} | set(facts.region_codes)
    for piece in reading.accounted:
        words = piece.text.strip(";；。\n| ")
        if piece.fate is Fate.CRITERION:
            assert set(piece.detail.split("、")) <= codes
        elif piece.fate is Fate.TEXT:
            assert piece.reason is not None
            assert any(text in piece.text for text in facts.text_conditions), words
        elif piece.fate is Fate.DOCUMENT:
            assert any(text in piece.text for text in facts.documents), words
        elif piece.fate is Fate.DESCRIPTION:
            assert words in facts.description


@pytest.fixture
def pages(tmp_path):
    path = tmp_path / "pages.json"
    path.write_text(json.dumps(PAGES, ensure_ascii=False), encoding="utf-8")
    return path


def test_pages_become_products_by_their_headings(pages):
    menu, _, loan, house = read_list(pages)
    assert (menu.problem, house.problem) == (NO_PRODUCT, PERSONAL)
    facts = loan.facts
    assert (facts.institution_name, facts.name) == ("虚构农商银行", "虚构信用贷")
    assert [c["code"] for c in facts.criteria] == ["scale", "years_established"]
    assert facts.documents == ("营业执照", "财务报表")
    assert (facts.terms.amount_max_fen, facts.terms.term_max_months) == (100_000_000, 36)
    assert (str(facts.terms.rate_min), str(facts.terms.rate_max)) == ("0.0435", "0.055")
    assert facts.terms.repayment is RepaymentMethod.REVOLVING
    assert facts.terms.cost_items[0].basis is CostBasis.PER_YEAR_OF_AMOUNT
    assert "成立不足1年的企业" in facts.text_conditions
    assert "期限最长3年,单笔不超过1年" in facts.text_conditions


def test_every_line_of_every_page_is_accounted_for(pages):
    for reading, page in zip(read_list(pages), PAGES, strict=True):
        text = page["text"]
        lines = text.splitlines() if isinstance(text, str) else text
        sources = {f"text.{number}": line for number, line in enumerate(lines)}
        require_nothing_lost(reading, sources | {"title": page["title"]})


def test_every_column_of_a_row_is_accounted_for(tmp_path):
    description = "给科技企业的贷款 | 贷款资料:营业执照;报表;基本流程:申请→放款"
    parse(tmp_path, ROW | {"description": description, "conditions": "在成都注册;;优先支持首贷。"})
    path = tmp_path / "products.csv.gz"
    [reading] = read_list(path)
    [source] = read_table(path)
    sources = {"description": description, "conditions": "在成都注册;;优先支持首贷。"}
    require_nothing_lost(reading, sources | {cell.column: cell.text for cell in source.cells})
    assert reading.facts.documents == ("营业执照", "报表")


@pytest.mark.parametrize("text", ["", ";", "a;；b。\n|c", "1.甲；;2.乙", " | ", "资料:甲;流程:乙"])
def test_clauses_joined_are_the_text(text):
    assert "".join(clauses_of(text)) == text
    assert "".join(clause for _, clause in labelled(text, Section.TARGET)) == text


@pytest.mark.parametrize(
    ("clause", "reason"),
    [
        ("信用良好", Reason.SUBJECTIVE),
        ("年龄在55周岁以下", Reason.PERSONAL),
        ("本行规定的其他条件", Reason.BANK_INTERNAL),
        ("借款用途真实、明确、合法", Reason.PURPOSE),
        ("具有合法抵押物", Reason.COLLATERAL),
        ("符合国家产业政策", Reason.POLICY),
        ("优先支持首贷企业", Reason.PREFERENCE),
        ("本辖区内的企业", Reason.PLACE),
        ("小微企业或个体工商户", Reason.ALTERNATIVE),
        ("征信查询不超过6次", Reason.NO_DATA),
    ],
)
def test_a_condition_kept_as_text_says_why(clause, reason):
    assert reason_for(clause) is reason
    [piece] = reading_of(clause).accounted
    assert (piece.fate, piece.reason, bool(piece.why)) == (Fate.TEXT, reason, True)


def test_a_second_threshold_for_one_field_is_not_lost():
    read = reading_of("成立2年以上", "成立5年以上")
    assert [piece.fate for piece in read.accounted] == [Fate.CRITERION, Fate.TEXT]
    assert list(read.texts) == ["成立5年以上"]


def test_a_number_the_product_does_not_say_keeps_its_clause():
    read = reading_of("额度最高50万元", "额度最高100万元", section=Section.TERMS)
    assert read.amounts == [100_000_000]
    assert [piece.fate for piece in read.accounted] == [Fate.TEXT, Fate.TERM]


def test_a_subsidised_or_tied_rate_is_not_the_rate():
    read = reading_of("贴息后利率3.48%", "利率为基准利率上浮30%", section=Section.TERMS)
    assert read.rates == []


@pytest.mark.parametrize("content", ["{", "[]", "[1]", '[{"title": "x"}]'])
def test_a_file_that_holds_no_pages_is_refused(tmp_path, content):
    path = tmp_path / "pages.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput):
        read_list(path)


def test_the_report_prints_each_piece_and_the_counts(pages):
    answer = CliRunner().invoke(command, ["import", str(pages), "--report"])
    assert answer.exit_code == 0
    assert "[准入条件] 1.企业成立2年以上；  ← years_established" in answer.output
    assert "须由人判断" in answer.output
    assert json.loads(answer.output.splitlines()[-1]) == counts_of(read_list(pages))


def told(heading):
    """Return the figures of a table of docs/real-data.md, by code."""
    text = (CHECKOUT / "docs" / "real-data.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in text.split(heading)[1].split("\n#")[0].splitlines()
        if line.startswith("| `")
    ]
    return {row[0]: [int(cell) for cell in row[1:3]] for row in cells}


@pytest.mark.real_data
def test_the_real_lists_are_expressed_without_a_word_lost(real_data):
    folder = real_data / "cn_loan_products"
    table, pages = folder / "products_share.csv.gz", folder / "gongyi_rcb_pages_verbatim.json"
    with gzip.open(table, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for reading, row in zip(read_list(table), rows, strict=True):
        require_nothing_lost(reading, {name: row[name] for name in (*CELLS, *SENTENCES)})
    raw = json.loads(pages.read_text(encoding="utf-8"))
    for reading, page in zip(read_list(pages), raw, strict=True):
        lines = {f"text.{number}": line for number, line in enumerate(page["text"])}
        require_nothing_lost(reading, lines | {"title": page["title"]})
    counts = [counts_of(read_list(path)) for path in (table, pages)]
    assert told("### Every clause of the product lists") == {
        code: [each.get(code, 0) for each in counts] for code in sorted({*counts[0], *counts[1]})
    }


@pytest.mark.real_data
def test_the_table_and_the_pages_of_one_bank_say_the_same(real_data):
    folder = real_data / "cn_loan_products"
    by_name = [
        {(r.bank, r.name): r.facts for r in read_list(folder / name) if r.facts is not None}
        for name in ("products_share.csv.gz", "gongyi_rcb_pages_verbatim.json")
    ]
    both = by_name[0].keys() & by_name[1].keys()
    assert len(both) == 19
    for key in both:
        one, other = (facts[key] for facts in by_name)
        assert one.terms.amount_max_fen == other.terms.amount_max_fen
        assert one.terms.term_max_months == other.terms.term_max_months
        assert set(one.documents) == set(other.documents)
        assert set(one.text_conditions) == set(other.text_conditions)
