"""Voluntary registration, 自愿注册: categories, fields, limits, the statement; YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import DEPARTMENTS, Field, get_kind
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique
from xinyidai.catalogue.values import CollectionMode, RecordKind
from xinyidai.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class DeclarationCategory:
    """One category, 填报类别: what is asked, with which evidence, and who verifies it."""

    code: str
    name: str
    text: str
    kind: RecordKind
    departments: frozenset[str]
    evidence: str
    least_files: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """Everything in the file; sizes in MiB, periods in days and working days."""

    version: str
    most_files: int
    most_mib: int
    supply_days: int
    verify_working_days: int
    statement: str
    categories: Mapping[str, DeclarationCategory]

    @property
    def statement_hash(self) -> str:
        """Return the SHA-256 of the statement's text, hexadecimal: what exactly was signed."""
        return sha256(self.statement.encode()).hexdigest()


def read_declarations(root: Entry) -> Declarations:
    """Return the categories and limits of a file, or raise `CatalogueBroken`."""
    limits = root.entry("attachments")
    categories = [_category(entry) for entry in root.entries("categories")]
    require_unique([one.code for one in categories], "categories")
    found = Declarations(
        version=root.text("version"),
        most_files=limits.integer("most_files"),
        most_mib=limits.integer("most_mib"),
        supply_days=root.integer("supply_days"),
        verify_working_days=root.integer("verify_working_days"),
        statement=root.text("statement").replace(" ", ""),
        categories=MappingProxyType({one.code: one for one in categories}),
    )
    limits.close()
    root.close()
    if min(found.most_files, found.most_mib, found.supply_days, found.verify_working_days) < 1:
        raise CatalogueBroken("limits: less than one")
    return found


def _category(entry: Entry) -> DeclarationCategory:
    kind, departments = get_kind(entry.text("kind")), frozenset(entry.texts("departments"))
    category = DeclarationCategory(
        code=entry.text("code"),
        name=entry.text("name"),
        text=entry.text("text"),
        kind=kind,
        departments=departments,
        evidence=entry.text("evidence"),
        least_files=entry.integer("least_files"),
        fields=tuple(kind.field(code) for code in entry.texts("fields")),
    )
    entry.close()
    asked = {field.code for field in category.fields} | {"uscc", "name", "declaration_no"}
    unasked = [field.code for field in kind.fields if field.required and field.code not in asked]
    if unasked or kind.mode is not CollectionMode.DECLARE or departments - DEPARTMENTS.keys():
        raise CatalogueBroken(f"{entry.where}: unasked {unasked}, wrong kind or department")
    return category


@lru_cache
def _catalogue() -> Declarations:
    return read_declarations(read_catalogue("declarations.yaml"))


DECLARATIONS: Declarations = _catalogue()


def get_category(code: str) -> DeclarationCategory:
    """Return a category by its code, or raise `NotFound`."""
    found = DECLARATIONS.categories.get(code)
    if found is None:
        raise NotFound("没有这个填报类别，请从列表重新选择。")
    return found
