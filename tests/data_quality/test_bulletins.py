"""Bulletins say the stored figures, on paper and as a workbook; scores; reminders by the clock."""

import io
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.data_quality.conftest import HOUSING, LICENCE, PENALTY, PROVINCE, TRANSPORT, Row
from tests.factories import parties
from xinyidai.data_quality import bulletin_book, queries, rules
from xinyidai.data_quality.commands import quality
from xinyidai.data_quality.models import QualityBulletin
from xinyidai.data_quality.service import boards, bulletins, reminding, scoring
from xinyidai.data_quality.values import Measure, Period, Rate
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.notifications.models import Notification

MARCH = date(2025, 3, 1)
NIGHT = "2025-04-03T09:00"


@pytest.fixture
def measured(city):
    """March with one late row of two, one row of four given back, and a suspect."""
    city.deliver(HOUSING, LICENCE, date(2025, 3, 3), [])
    rows = [Row(city.firms[n], f"许{n}号", date(2025, 3, 4 + 10 * n)) for n in range(2)]
    city.deliver(HOUSING, LICENCE, date(2025, 3, 17), rows, {"uscc_check_digit": 1})
    known = Row(city.firms[0], "罚1号", date(2025, 3, 5), f"鹰川市{HOUSING}局")
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [known])
    city.measure(date(2025, 4, 1))
    return city


def words_of(made: QualityBulletin) -> str:
    pages = PdfReader(io.BytesIO(made.pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_the_bulletin_says_the_figures_on_paper(measured, at) -> None:
    with at(NIGHT):
        made = bulletins.publish(SYSTEM, MARCH)
    words = words_of(made)
    for part in (
        "2025年3月数据质量通报",
        "及时率",
        "50.00%1÷2",
        "66.66%2÷3",
        "未达标",
        "许***号",
    ):
        assert part in words, part
    assert "不是认定" in words
    assert made.pdf.startswith(b"%PDF")


def test_the_workbook_holds_numerators_denominators_and_lists(measured, at) -> None:
    with at(NIGHT):
        made = bulletins.publish(SYSTEM, MARCH)
    book = load_workbook(io.BytesIO(made.xlsx))
    assert book.sheetnames == [
        "三率",
        "部门和类别",
        "迟报",
        "到期未报送",
        "重错码",
        "纠错单",
        "口径",
    ]
    rows = {row[0]: row for row in book["三率"].iter_rows(values_only=True)}
    housing = rows[f"鹰川市{HOUSING}局（演示）"]
    assert housing[7:11] == (0.5, 1, 2, 1)
    assert [row[2] for row in book["迟报"].iter_rows(min_row=2, values_only=True)] == ["许***号"]


def test_a_text_that_looks_like_a_formula_stays_text(measured, at) -> None:
    with at(NIGHT):
        figures = dict(bulletins.publish(SYSTEM, MARCH).figures)
    figures["missed"] = [["=1+1", "@x", "2025-03-01", "2025-03-08"]]
    sheet = load_workbook(io.BytesIO(bulletin_book.make_book(figures)))["到期未报送"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")


def test_equal_figures_give_no_new_edition_and_changed_ones_do(measured, at) -> None:
    with at(NIGHT):
        first = bulletins.publish(SYSTEM, MARCH)
    with at("2025-04-04T09:00"):
        assert bulletins.publish(SYSTEM, MARCH).id == first.id
    row = Row(measured.firms[3], "许9号", date(2025, 3, 26))
    measured.deliver(HOUSING, LICENCE, date(2025, 3, 28), [row])
    measured.measure(date(2025, 4, 5))
    with at("2025-04-06T09:00"):
        second = bulletins.publish(SYSTEM, MARCH)
    assert (second.edition, second.number) == (2, "ZLTB20250302")
    assert words_of(first) != words_of(second)


def test_equal_figures_give_equal_bytes(measured, at) -> None:
    with at(NIGHT):
        made = bulletins.publish(SYSTEM, MARCH)
    assert bulletin_book.make_book(made.figures) == made.xlsx


def test_a_month_that_is_not_over_or_not_measured_has_no_bulletin(measured, at) -> None:
    with at(NIGHT), pytest.raises(RuleBroken, match="没有结束"):
        bulletins.publish(SYSTEM, date(2025, 4, 1))
    with at(NIGHT), pytest.raises(RuleBroken, match="没有数据质量检查"):
        bulletins.publish(SYSTEM, date(2024, 1, 1))
    with pytest.raises(Forbidden):
        bulletins.publish(measured.builder.as_actor(), MARCH)


def test_the_board_shows_each_department_and_the_days_since_a_breach(measured, at) -> None:
    with at(NIGHT):
        board = boards.read_board(measured.clerk.as_actor(), MARCH)
    [line] = [one for one in board.lines if one.code == HOUSING]
    assert line.rates[Measure.TIMELINESS] == Rate(1, 2)
    assert line.rates[Measure.COMPLIANCE] == Rate(2, 3)
    assert (line.late, line.suspects) == (1, 1)
    assert (board.zeroes.late_days, board.zeroes.suspect_days) == (17, 2)
    with pytest.raises(Forbidden):
        boards.read_board(measured.builder.as_actor(), MARCH)
    with pytest.raises(NotFound):
        boards.read_department(measured.builder.as_actor(), TRANSPORT, MARCH)


def test_given_back_rows_are_the_departments_own(measured, at) -> None:
    rows, total = boards.read_rejected(
        measured.builder.as_actor(), HOUSING, MARCH, None, Page(1, 20)
    )
    assert total == 1
    assert (rows[0][1].rule, rows[0][0].file_name) == (
        "uscc_check_digit",
        f"{LICENCE}-2025-03-17.csv",
    )
    with pytest.raises(NotFound):
        boards.read_rejected(measured.carrier.as_actor(), HOUSING, MARCH, None, Page(1, 20))


def test_a_score_is_weighted_and_leaves_out_what_is_not_known() -> None:
    rates = {"reporting": Rate(9, 10), "compliance": Rate(1, 1), "timeliness": Rate(0, 0)}
    assert rules.score(rates).value == Decimal("95.0")
    assert rules.score(rates).grade == "excellent"
    assert rules.score({}).value is None


def test_quarter_and_year_add_up_their_months(measured, at) -> None:
    with at(NIGHT):
        quarter = scoring.scores_of(Period.QUARTER, date(2025, 1, 1))[HOUSING]
        stored = queries.scores(Period.YEAR, date(2025, 1, 1), HOUSING)
    assert quarter.parts["timeliness"].rate == Rate(1, 2)
    assert [one.score for one in stored] == [quarter.value]
    history = queries.score_history(HOUSING, Period.MONTH)
    assert [one.starts_on for one in history] == [MARCH]


def test_mondays_remind_whoever_has_something_open_once(measured, at, db) -> None:
    with at("2025-03-31T08:40"):
        reminding.remind()
        reminding.remind()
    told = db.query(Notification).filter_by(title="本周数据质量提醒").all()
    assert [one.department_id for one in told] == [measured.offices[HOUSING].id]
    assert "迟报 1 条" in told[0].body
    assert "及时率 50.00%" in told[0].body


def test_last_months_bulletin_comes_by_itself_from_the_third_day(measured, at, db) -> None:
    for moment, editions in (
        ("2025-04-02T08:40", 0),
        ("2025-04-03T08:40", 1),
        ("2025-04-09T08:40", 1),
    ):
        with at(moment):
            reminding.remind()
        assert db.query(QualityBulletin).count() == editions


def test_the_commands_measure_and_publish(live, at, tmp_path) -> None:
    parties.enterprise()
    database.session.commit()
    runner = CliRunner()
    with at(NIGHT):
        said = runner.invoke(quality, ["measure", "--month", "2025-03"])
        assert '"months": ["2025-03-01"]' in said.output
        made = runner.invoke(quality, ["bulletin", "--month", "2025-03", "--to", str(tmp_path)])
    assert "ZLTB20250301" in made.output
    assert {path.suffix for path in tmp_path.iterdir()} == {".pdf", ".xlsx"}
