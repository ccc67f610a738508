"""Reading of catalogue files: an unknown, missing, doubled or ill-typed key is an error."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

import yaml

from xinyidai.catalogue.errors import CatalogueBroken

Choice = TypeVar("Choice", bound=StrEnum)

# libyaml reads the catalogue five times as fast, but a PyYAML may be built without it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Entry:
    """One mapping of a catalogue file, read key by key; `close` refuses what nobody read."""

    def __init__(self, content: object, where: str) -> None:
        """Keep a copy of the mapping and the words that name it in an error."""
        if not isinstance(content, dict):
            raise CatalogueBroken(f"{where}: a mapping is expected")
        self.where = where
        self._left = dict(content)

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not read yet."""
        return key in self._left

    def take(self, key: str) -> object:
        """Return the value of a key that must be there."""
        if key not in self._left:
            raise CatalogueBroken(f"{self.where}: {key} is missing")
        return self._left.pop(key)

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise CatalogueBroken(f"{self.where}: {key} must be a text, not {value!r}")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text, or nothing when the key is absent or null."""
        return None if self._is_empty(key) else self.text(key)

    def integer(self, key: str) -> int:
        """Return a whole number."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise CatalogueBroken(f"{self.where}: {key} must be a whole number, not {value!r}")
        return value

    def positive(self, key: str) -> int:
        """Return a whole number above zero."""
        value = self.integer(key)
        if value <= 0:
            raise CatalogueBroken(f"{self.where}: {key} must be positive")
        return value

    def optional_integer(self, key: str) -> int | None:
        """Return a whole number, or nothing when the key is absent or null."""
        return None if self._is_empty(key) else self.integer(key)

    def optional_number(self, key: str) -> Decimal | None:
        """Return a number, or nothing when the key is absent."""
        if not self.has(key):
            return None
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CatalogueBroken(f"{self.where}: {key} must be a number, not {value!r}")
        return Decimal(str(value))

    def day(self, key: str) -> date:
        """Return a day, written as 2026-05-01."""
        value = self.take(key)
        if isinstance(value, datetime) or not isinstance(value, date):
            raise CatalogueBroken(f"{self.where}: {key} must be a day, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """Return a yes or no; absent means no."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise CatalogueBroken(f"{self.where}: {key} must be true or false, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; absent means none."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise CatalogueBroken(f"{self.where}: {key} must be a list of texts")
        if len(set(value)) < len(value):
            raise CatalogueBroken(f"{self.where}: {key} names something twice")
        return tuple(value)

    def labels(self, key: str) -> dict[str, str]:
        """Return a mapping of code to text; a list means that each code is its own text."""
        if isinstance(self._left.get(key), list):
            return {text: text for text in self.texts(key)}
        pairs = self._left.pop(key, {})
        if not isinstance(pairs, dict) or not all(
            isinstance(code, str) and isinstance(text, str) for code, text in pairs.items()
        ):
            raise CatalogueBroken(f"{self.where}: {key} must map codes to texts")
        return pairs

    def choice(self, key: str, options: type[Choice]) -> Choice:
        """Return a member of a fixed list."""
        text = self.text(key)
        try:
            return options(text)
        except ValueError as error:
            raise CatalogueBroken(f"{self.where}: {key} cannot be {text!r}") from error

    def entry(self, key: str) -> "Entry":
        """Return a mapping inside this one."""
        return Entry(self.take(key), f"{self.where}.{key}")

    def entries(self, key: str) -> list["Entry"]:
        """Return a list of mappings that is not empty; each is named by its code."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise CatalogueBroken(f"{self.where}: {key} must be a list that is not empty")
        return [Entry(content, f"{self.where}.{key}[{_name(content)}]") for content in value]

    def close(self) -> None:
        """Refuse keys that nobody knows."""
        if self._left:
            raise CatalogueBroken(f"{self.where}: unknown keys {sorted(map(str, self._left))}")

    def _is_empty(self, key: str) -> bool:
        is_empty = self._left.get(key) is None
        if is_empty:
            self._left.pop(key, None)
        return is_empty


def read_catalogue(name: str) -> Entry:
    """Return the whole content of a catalogue file that ships with this package."""
    text = files("xinyidai.catalogue").joinpath(name).read_text(encoding="utf-8")
    return parse_catalogue(text, name)


def parse_catalogue(text: str, name: str) -> Entry:
    """Return the content of a catalogue text; `name` names it in errors."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        _refuse_doubled_keys(node, name)
        return Entry(loader.construct_document(node), name)
    finally:
        loader.dispose()


def require_unique(codes: list[str], where: str) -> None:
    """Refuse two entries with one code."""
    doubled = sorted({code for code in codes if codes.count(code) > 1})
    if doubled:
        raise CatalogueBroken(f"{where}: {doubled} is defined twice")


def _refuse_doubled_keys(node: yaml.Node | None, name: str) -> None:
    """Refuse two equal keys, of which PyYAML would keep the last in silence."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        require_unique(keys, f"{name}, line {node.start_mark.line + 1}")
        children = [value for _, value in node.value]
    else:
        children = node.value if isinstance(node, yaml.SequenceNode) else []
    for child in children:
        _refuse_doubled_keys(child, name)


def _name(content: object) -> str:
    return str(content.get("code", "?")) if isinstance(content, dict) else "?"
