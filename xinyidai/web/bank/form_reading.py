"""Read what a person typed into a bank's form: every bad field gets a sentence of its own."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.kernel.widths import half_width

PERCENT = 100
MOST_DIGITS = 9
FINEST_PERCENT = Decimal("0.0001")

C = TypeVar("C", bound=StrEnum)


class FieldValues(dict[str, str]):
    """What stands in the fields of a form; a field nobody has filled in is empty."""

    def __missing__(self, key: str) -> str:
        """Return nothing for a field that was not sent."""
        return ""


class FormReader:
    """Reads fields one by one and keeps the faults until `check`."""

    def __init__(self, form: Mapping[str, str]) -> None:
        """Begin with no fault."""
        self.form = form
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return the text without blanks around it."""
        return self.form.get(name, "").strip()

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of a text area that say something."""
        return tuple(line.strip() for line in self.text(name).splitlines() if line.strip())

    def wan(self, name: str) -> int | None:
        """Return 分 of an amount in 万元, or None when left empty or not an amount."""
        if not self.text(name):
            return None
        try:
            return Yuan.of_wan(self.text(name)).fen
        except InvalidInput as error:
            self.errors[name] = error.message
            return None

    def percent(self, name: str) -> Decimal | None:
        """Return the decimal fraction of a percentage: «3.85» is 0.0385."""
        raw = half_width(self.text(name)).rstrip("%").strip()
        if not raw:
            return None
        try:
            number = Decimal(raw)
            exact = number.is_finite() and number == number.quantize(FINEST_PERCENT)
        except InvalidOperation:
            exact = False
        if not exact:
            self.errors[name] = "请填写百分数，例如 3.85，最多四位小数。"
            return None
        return number / PERCENT

    def whole(self, name: str) -> int | None:
        """Return a whole number, or None when left empty or not one."""
        raw = half_width(self.text(name))
        if not raw:
            return None
        if not (raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS):
            self.errors[name] = "请填写整数，例如 12。"
            return None
        return int(raw)

    def day(self, name: str) -> date | None:
        """Return a date, or None when left empty or not one."""
        if not self.text(name):
            return None
        try:
            return date.fromisoformat(half_width(self.text(name)))
        except ValueError:
            self.errors[name] = "请填写日期，例如 2026-05-01。"
            return None

    def identifier(self, name: str) -> UUID | None:
        """Return the id chosen from a list, or None when nothing was chosen."""
        if not self.text(name):
            return None
        try:
            return UUID(self.text(name))
        except ValueError:
            self.errors[name] = "请从列表里选择一项。"
            return None

    def choice(self, name: str, kind: type[C], ask: str) -> C | None:
        """Return the member chosen from a fixed list, or None with `ask` as the fault."""
        try:
            return kind(self.text(name))
        except ValueError:
            self.errors[name] = ask
            return None

    def require(self, **sentences: str) -> None:
        """Ask for fields that must not be empty: each with what to fill in."""
        for name, sentence in sentences.items():
            if not self.text(name):
                self.errors.setdefault(name, sentence)

    def check(self) -> None:
        """Raise `InvalidInput` with every fault found so far."""
        if self.errors:
            raise InvalidInput(f"有 {len(self.errors)} 处需要修改。", fields=self.errors)
