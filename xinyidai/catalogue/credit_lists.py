"""Credit lists, 名单: honour lists and the statutory lists of serious dishonesty; reviewed YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken, UnknownListType
from xinyidai.catalogue.kinds import DEPARTMENTS, KINDS, FieldType, OpenAttribute
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class Side(StrEnum):
    """What a list says about the firms on it, 名单性质."""

    HONOUR = "honour"  # 红名单
    SERIOUS = "serious"  # 严重失信主体名单


SIDE_NAMES: Mapping[Side, str] = {Side.HONOUR: "红名单", Side.SERIOUS: "严重失信主体名单"}


@dataclass(frozen=True, kw_only=True)
class RecordSource:
    """Which records entries rest on; `words` empty means every record of the kind.

    A code must be one of the words (`is_exact`), a text must contain one of them.
    """

    kind: str
    field: str | None
    words: tuple[str, ...]
    is_exact: bool
    document: str
    organ: str | None


@dataclass(frozen=True, kw_only=True)
class CreditListType:
    """One list, 名单类型: who designates on which basis, how long an entry stands, how it ends."""

    code: str
    name: str
    side: Side
    department: str
    basis: str
    source: RecordSource | None
    term_months: int | None
    exit: str

    @property
    def is_serious(self) -> bool:
        """Tell whether the list is one of serious dishonesty, 黑榜."""
        return self.side is Side.SERIOUS


def get_credit_list(code: str) -> CreditListType:
    """Return a list by its code, or raise `UnknownListType`."""
    found = CREDIT_LISTS.get(code)
    if found is None:
        raise UnknownListType(f"没有“{code}”这种名单。请在名单目录里选择。")
    return found


def read_credit_lists(root: Entry) -> tuple[str, Mapping[str, CreditListType]]:
    """Return version and lists of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    types = [_list_type(entry) for entry in root.entries("list_types")]
    root.close()
    require_unique([one.code for one in types], "list_types")
    return version, MappingProxyType({one.code: one for one in types})


def _list_type(entry: Entry) -> CreditListType:
    found = CreditListType(
        code=entry.text("code"),
        name=entry.text("name"),
        side=entry.choice("side", Side),
        department=entry.text("department"),
        basis=entry.text("basis"),
        source=_source(entry),
        term_months=entry.optional_integer("term_months"),
        exit=entry.text("exit"),
    )
    entry.close()
    if found.department not in DEPARTMENTS:
        raise CatalogueBroken(f"{entry.where}: unknown department {found.department}")
    if found.is_serious and found.source is None:
        raise CatalogueBroken(f"{entry.where}: a list of serious dishonesty rests on records")
    if found.source is None and found.term_months is None:
        raise CatalogueBroken(f"{entry.where}: without records an entry needs a term")
    return found


def _source(outer: Entry) -> RecordSource | None:
    value = outer.take("source")
    if value is None:
        return None
    entry = Entry(value, f"{outer.where}.source")
    kind, field = entry.text("kind"), entry.optional_text("field")
    source = RecordSource(
        kind=kind,
        field=field,
        words=entry.texts("words"),
        is_exact=_is_code(kind, field),
        document=entry.text("document"),
        organ=entry.optional_text("organ"),
    )
    entry.close()
    _require_fitting(source, entry.where)
    return source


def _is_code(kind: str, field: str | None) -> bool:
    listed = KINDS[kind].fields if kind in KINDS else ()
    return any(one.code == field and one.type is FieldType.ENUM for one in listed)


def _require_fitting(source: RecordSource, where: str) -> None:
    """Refuse a source that the record catalogue does not know, or that is nobody's to publish."""
    kind = KINDS.get(source.kind)
    if kind is None:
        raise CatalogueBroken(f"{where}: unknown record kind {source.kind}")
    if (source.field is None) != (not source.words):
        raise CatalogueBroken(f"{where}: field and words come together")
    codes = {field.code for field in kind.fields}
    named = {source.field, source.document, source.organ} - {None}
    if not named <= codes:
        raise CatalogueBroken(f"{where}: {sorted(map(str, named - codes))} are no fields")
    # The one kind below the public ones: its A grades are announced, the rest is not.
    if kind.open_attribute is not OpenAttribute.PUBLIC and not source.words:
        raise CatalogueBroken(f"{where}: {source.kind} is not public")


@lru_cache
def _catalogue() -> tuple[str, Mapping[str, CreditListType]]:
    return read_credit_lists(read_catalogue("credit_list_types.yaml"))


VERSION: str = _catalogue()[0]
CREDIT_LISTS: Mapping[str, CreditListType] = _catalogue()[1]
SERIOUS_KINDS: frozenset[str] = frozenset(
    one.source.kind for one in CREDIT_LISTS.values() if one.is_serious and one.source
)
