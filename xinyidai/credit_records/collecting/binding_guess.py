"""Which column may be which field of a kind, and which columns tell about whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xinyidai.catalogue.kinds import find_dropped_field
from xinyidai.catalogue.usual_words import usual_words
from xinyidai.credit_records.collecting.expressions import NO, YES
from xinyidai.credit_records.collecting.fields import AMOUNTS, FieldSpec, FieldType
from xinyidai.credit_records.collecting.likeness import likeness
from xinyidai.credit_records.collecting.shapes import Shape
from xinyidai.credit_records.collecting.vocabulary import (
    KindWordsOf,
    about_somebody_else,
    is_deadline,
    is_technical_day,
)

LEAST_LIKE = 0.55
LEAST_FILLED = 0.02
HEADING_LIES = 0.3
SURE = 0.95


@dataclass(frozen=True)
class Column:
    """A column of the file: its cleaned heading (empty without headings), place and shape."""

    place: int
    heading: str
    written: str
    shape: Shape

    @cached_property
    def is_dropped(self) -> bool:
        """Tell whether the catalogue throws the column away, 不予留存."""
        return find_dropped_field(self.heading) is not None

    @property
    def is_blank(self) -> bool:
        """Tell whether too few cells say anything to rely on the column."""
        return self.shape.filled < LEAST_FILLED


@dataclass(frozen=True)
class Guess:
    """A column for a field or a role, how sure (0 to 1), and why, in Chinese."""

    column: Column
    confidence: float
    why: str


def fits(spec: FieldSpec, shape: Shape) -> float:  # noqa: PLR0911 - a line for each type
    """Say how well the values of a column fit a field, 0.5 when there are none."""
    if not shape.filled:
        return 0.5
    if spec.type in AMOUNTS | {FieldType.NUMBER, FieldType.INTEGER}:
        return _fits_number(spec, shape)
    match spec.type:
        case FieldType.DATE:
            year = shape.share("year") if spec.year_only else 0.0
            return max(shape.share("days"), year, 0.9 * shape.share("loose_days"))
        case FieldType.MONTH:
            return max(shape.share("months"), shape.share("days"))
        case FieldType.USCC:
            return max(shape.share("code"), 0.5 * shape.share("code_like"))
        case FieldType.ENUM:
            return _fits_options(shape, spec.option)
        case FieldType.BOOLEAN:
            return _fits_options(shape, lambda text: text.lower() in (*YES, *NO) or None)
        case _:
            return _fits_text(spec, shape)


def _fits_number(spec: FieldSpec, shape: Shape) -> float:
    if spec.type is FieldType.INTEGER:
        return max(shape.share("integers"), shape.share("year"))
    surely_days = shape.share("compact_day") if shape.share("days") > SURE else 0.0
    return max(0.0, shape.share("numbers") - surely_days)


def _fits_options(shape: Shape, option: object) -> float:
    if not shape.options or not callable(option):
        return 0.1 if not shape.options else 0.0
    known = sum(1 for text in shape.options if option(text))
    return max(0.2, known / len(shape.options)) if known else 0.1


def _fits_text(spec: FieldSpec, shape: Shape) -> float:
    if shape.share("days") > SURE and not shape.share("bare_number"):
        return 0.2
    if spec.max_length is not None and shape.length > spec.max_length:
        return 0.2
    return 0.8


def guess_fields(kind: KindWordsOf, columns: Sequence[Column], taken: set[int]) -> dict[str, Guess]:
    """Give each fact of a kind the column that is most like it; each column serves once."""
    pairs = [
        (score, -column.place, spec.code, column)
        for column in columns
        if column.place not in taken and not column.is_blank and not column.is_dropped
        for spec in kind.spec.facts
        if (score := _score(kind, spec, column)) >= LEAST_LIKE
    ]
    found: dict[str, Guess] = {}
    used = set(taken)
    for score, _, field, column in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
        if field not in found and column.place not in used:
            found[field] = Guess(column, round(score, 2), f"表头像“{_name(kind, field)}”")
            used.add(column.place)
    return found


def _name(kind: KindWordsOf, field: str) -> str:
    return next(spec.name for spec in kind.spec.facts if spec.code == field)


def _score(kind: KindWordsOf, spec: FieldSpec, column: Column) -> float:
    if not column.heading:
        return 0.0
    alike = kind.likeness(column.heading, spec.code)
    if alike < LEAST_LIKE:
        return 0.0
    fit = fits(spec, column.shape)
    if spec.type is FieldType.ENUM and fit < HEADING_LIES:
        # The heading says it whole: the options are the source's own, and a person maps them.
        return alike * 0.65 if alike >= SURE else alike * 0.5
    if spec.type is not FieldType.TEXT and fit < HEADING_LIES:
        return alike * 0.5
    if spec.code == kind.spec.occurred_on and is_technical_day(column.heading) and alike < SURE:
        return 0.0
    return alike * (0.6 + 0.4 * fit)


def guess_code(columns: Sequence[Column], kind: KindWordsOf | None = None) -> Guess | None:
    """Find the column of the firm's code: by check digits first, by its heading second."""
    guesses = [
        guess
        for column in columns
        if not column.is_blank and (guess := _as_code(column, kind)) is not None
    ]
    return max(
        guesses, key=lambda guess: (guess.confidence, guess.column.shape.distinct), default=None
    )


def _as_code(column: Column, kind: KindWordsOf | None) -> Guess | None:
    valid, shaped = column.shape.share("code"), column.shape.share("code_like")
    alike = _like_any(column.heading, usual_words().code)
    if kind is not None:
        alike = max(alike, kind.likeness(column.heading, kind.spec.subject_code))
    if column.heading and about_somebody_else(column.heading) and alike < SURE:
        return None
    if kind is not None and _is_other_fact(column, kind):
        return None
    by_value, by_heading = valid >= MOST_RIGHT, alike >= SURE and shaped >= HALF
    if not by_value and not by_heading:
        return None
    sure = 0.6 * valid + 0.25 * alike + 0.15 * shaped
    why = f"{valid:.0%} 的值是校验位正确的统一社会信用代码"
    return Guess(column, round(min(0.99, max(sure, 0.5)), 2), why)


MOST_RIGHT = 0.3
HALF = 0.5


def _is_other_fact(column: Column, kind: KindWordsOf) -> bool:
    """Tell a column whose heading is exactly that of a fact and not of the subject."""
    subject = (kind.spec.subject_code, kind.spec.subject_name)
    own = max(kind.likeness(column.heading, field) for field in subject)
    fact = max((kind.likeness(column.heading, s.code) for s in kind.spec.facts), default=0.0)
    return fact >= SURE and fact > own


def guess_name(
    columns: Sequence[Column], taken: set[int], kind: KindWordsOf | None = None
) -> Guess | None:
    """Find the column of the firm's name: most values are shaped like one, the heading agrees."""
    guesses = [
        guess
        for column in columns
        if column.place not in taken
        and not column.is_blank
        and (guess := _as_name(column, kind)) is not None
    ]
    return max(
        guesses, key=lambda guess: (guess.confidence, guess.column.shape.distinct), default=None
    )


def _as_name(column: Column, kind: KindWordsOf | None) -> Guess | None:
    firms, organs = column.shape.share("firm"), column.shape.share("organ")
    alike = _like_any(column.heading, usual_words().name)
    own = 0.0
    if kind is not None:
        own = kind.likeness(column.heading, kind.spec.subject_name)
        if _is_other_fact(column, kind):
            return None
    if about_somebody_else(column.heading) and max(alike, own) < SURE:
        return None
    if firms < MOST_RIGHT or (column.shape.share("place") > HALF and firms < SURE):
        return None
    sure = 0.45 * firms + 0.25 * max(alike, own) + 0.3 * own * (own >= SURE) - 0.3 * organs
    sure += 0.1 * column.shape.distinct
    if sure < LEAST_NAME:
        return None
    return Guess(column, round(min(0.99, sure + 0.1), 2), f"{firms:.0%} 的值像企业名称")


LEAST_NAME = 0.3


def _like_any(heading: str, known: Sequence[str]) -> float:
    return max((likeness(heading, word) for word in known), default=0.0) if heading else 0.0


def guess_day(
    columns: Sequence[Column], taken: set[int], explained: Mapping[str, Guess]
) -> Guess | None:
    """Find a day that no heading gave away, and that is no deadline and no time of export."""
    used = {guess.column.place for guess in explained.values()} | taken
    found = [
        column
        for column in columns
        if column.place not in used
        and not column.is_blank
        and column.shape.filled >= LEAST_DAYS
        and column.shape.share("days") >= MOST_DAYS
        and not is_technical_day(column.heading)
        and not is_deadline(column.heading)
    ]
    if not found:
        return None
    days = [column for column in found if column.shape.middle_day]
    column = min(days, key=lambda each: str(each.shape.middle_day), default=found[0])
    sure = 0.6 if len(found) == 1 else 0.4
    return Guess(column, sure, f"{column.shape.share('days'):.0%} 的值是日期")


LEAST_DAYS = 0.3
MOST_DAYS = 0.8
