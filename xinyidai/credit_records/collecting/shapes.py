"""What the values of a column look like: codes, names of firms, days, amounts, places, persons.

Days and numbers are read by the very expressions that collection uses, so what is proposed as a
date is one that will be read.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import duckdb
import pyarrow as pa
from stdnum.iso7064 import mod_11_2

from xinyidai.credit_records.collecting import codes
from xinyidai.credit_records.collecting.expressions import BLANKS
from xinyidai.kernel.uscc import compact, organisation_check

FIRM = re.compile(
    r"公司|有限|合伙|集团|合作社|(厂|店|中心|社|院|所|行|部|站|场|馆|队|坊|超市|酒楼|饭店|宾馆"
    r"|学校|大学|医院|幼儿园|基金会|工作室|协会|委员会|商会|联盟|电站|农场|铺|园)(（.*）|\(.*\))?$"
)
ORGAN = re.compile(
    r"(局|厅|委|委员会|政府|法院|检察院|海关|税务所|大队|支队|办公室|办事处|管委会)(（.*）|\(.*\))?$"
)
FIRM_LENGTH = range(5, 80)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PERSON = re.compile(r"^[\u4e00-\u9fff]{1,4}(·[\u4e00-\u9fff]{1,8})?$")
IDENTITY = re.compile(r"^[1-8]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]$")
PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})$")
PLACE = re.compile(r"[省市区县镇乡村].*(路|街|号|村|道|巷|弄|园|大厦|室|层)")
DOCUMENT = re.compile(r"(19|20)\d{2}.*号$|[字罚许].*\d+.*号?$")
CODE_LIKE = re.compile(r"^[0-9A-Z]{15,20}$")
ORGANISATION = re.compile(r"^[0-9A-Z]{8}[0-9X]$")
REGISTRATION_NUMBER = re.compile(r"^\d{15}$")
YEAR = re.compile(r"^(19|20)\d{2}(\.0)?(年度?|度)?$")
BARE_NUMBER = re.compile(r"^-?[\d.]+$")
COMPACT_DAY = re.compile(r"^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])(\.0)?$")
DAY_FIRST = re.compile(r"^(\d{1,2})/(\d{1,2})/\d{4}\b")
PERCENT = re.compile(r"^-?[\d.]+\s*[%％]$")
MONTHS = 12
MOST_OPTIONS = 40
NOTHING = frozenset({*BLANKS, "", "无", "暂无", "空", "不详"})


@dataclass(frozen=True)
class Shape:
    """Shares of the filled cells, from 0 to 1, and a few facts.

    `days` are cells that surely give a day, `loose_days` also bare numbers that could; `earliest`
    is the middle day, by which a day of birth of a record is told from a deadline.
    """

    filled: float = 0.0
    distinct: float = 0.0
    options: tuple[str, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
    middle_day: date | None = None
    day_first: bool = False
    is_running: bool = False
    length: float = 0.0

    def share(self, name: str) -> float:
        """Return a share by its name, 0 when nothing has that shape."""
        return self.shares.get(name, 0.0)


def _is_registration_number(text: str) -> bool:
    """Check the digit of a fifteen-digit registration number (工商注册号, GS15-2006)."""
    if not REGISTRATION_NUMBER.match(text):
        return False
    rest = 10
    for digit in text[:14]:
        total = (rest + int(digit)) % 10 or 10
        rest = (total * 2) % 11
    return (rest + int(text[14])) % 10 == 1


def _is_organisation_code(text: str) -> bool:
    bare = text.replace("-", "")
    return bool(ORGANISATION.match(bare)) and organisation_check(bare[:8]) == bare[8]


def _is_firm(text: str) -> bool:
    return len(text) in FIRM_LENGTH and bool(FIRM.search(text)) and bool(CHINESE.search(text))


TESTS: dict[str, Callable[[str], object]] = {
    "code_like": lambda text: CODE_LIKE.match(compact(text)),
    "organisation_code": lambda text: _is_organisation_code(text.upper()),
    "registration_number": _is_registration_number,
    "identity_number": lambda text: (
        IDENTITY.match(text.upper()) and mod_11_2.is_valid(text.upper())
    ),
    "phone": PHONE.match,
    "firm": _is_firm,
    "organ": ORGAN.search,
    "person": PERSON.match,
    "place": PLACE.search,
    "document": DOCUMENT.search,
    "year": YEAR.match,
    "percent": PERCENT.match,
    "compact_day": COMPACT_DAY.match,
    "bare_number": BARE_NUMBER.match,
}


def shapes_of(
    columns: Sequence[Sequence[str | None]], engine: duckdb.DuckDBPyConnection
) -> list[Shape]:
    """Describe a sample of each column."""
    told = [
        [cell.strip() for cell in cells if cell and cell.strip().lower() not in NOTHING]
        for cells in columns
    ]
    read = _read(told, engine)
    return [
        _shape(texts, len(cells), read[n]) if texts else Shape()
        for n, (texts, cells) in enumerate(zip(told, columns, strict=True))
    ]


@dataclass(frozen=True)
class _Read:
    """How many cells the expressions of collection read as what, and the middle day."""

    counts: dict[str, int]
    middle_day: date | None


def _shape(texts: list[str], cells: int, read: _Read) -> Shape:
    total = len(texts)
    counts = {name: sum(1 for text in texts if test(text)) for name, test in TESTS.items()}
    rules = codes.broken_rules([compact(text) for text in texts])
    counts["code"] = rules.count(None)
    counts |= read.counts
    bare = counts["bare_number"] - counts["compact_day"]
    counts["days"] = max(0, counts["loose_days"] - min(bare, counts["loose_bare"]))
    distinct = set(texts)
    return Shape(
        filled=total / cells,
        distinct=len(distinct) / total,
        options=tuple(sorted(distinct)) if len(distinct) <= MOST_OPTIONS else (),
        shares={name: count / total for name, count in counts.items() if count},
        middle_day=read.middle_day,
        day_first=_is_day_first(texts),
        is_running=_is_running(texts),
        length=sum(map(len, texts)) / total,
    )


def _read(told: list[list[str]], engine: duckdb.DuckDBPyConnection) -> dict[int, _Read]:
    """Read all cells in one query: planning the macros costs more than running them."""
    places = [n for n, texts in enumerate(told) for _ in texts]
    cells = pa.table(
        {
            "place": pa.array(places, pa.int64()),
            "s": pa.array([text for texts in told for text in texts], pa.string()),
        }
    )
    engine.register("cells", cells)
    rows = engine.execute(
        r"""
        with turned as (
            select place, s, regexp_replace(s, '^(\d{1,2})/(\d{1,2})/(\d{4})', '\3-\2-\1') as t
            from cells),
        read as (
            select place, s, day_of(day_text(t)) as day, month_of(day_text(t)) as month,
                number_of(number_text(s)) as number, amount_of(number_text(s), 1) as amount
            from turned)
        select place, count(day), count(month),
            count(*) filter (day is not null and regexp_full_match(s, '[0-9.]+')
                and not regexp_full_match(s, '(19|20)\d{6}(\.0)?')),
            count(amount), count(*) filter (number = round(number)),
            quantile_disc(day, 0.5)
        from read group by place
        """
    ).fetchall()
    names = ("loose_days", "months", "loose_bare", "numbers", "integers")
    return {
        place: _Read(dict(zip(names, counts, strict=True)), day) for place, *counts, day in rows
    }


def _is_day_first(texts: list[str]) -> bool:
    found = [match for match in map(DAY_FIRST.match, texts) if match]
    return any(int(match[1]) > MONTHS for match in found)


def _is_running(texts: list[str]) -> bool:
    """Tell a column that counts its rows, gaps forgiven."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return False
    if len(numbers) < 2 or not all(number.is_integer() for number in numbers):  # noqa: PLR2004
        return False
    rising = sum(1 for a, b in pairwise(numbers) if b > a)
    small = numbers[0] <= FIRST_NUMBER and numbers[-1] < len(numbers) * SPARSE
    return rising >= RISING * (len(numbers) - 1) and small


FIRST_NUMBER = 1000
SPARSE = 10_000
RISING = 0.95
