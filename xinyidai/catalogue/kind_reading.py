"""Building of record kinds from the catalogue file, with every check the file must pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import Entry, require_unique
from xinyidai.catalogue.values import (
    Absence,
    AuthorizationItem,
    BannedField,
    CollectionMode,
    ColumnMap,
    Department,
    DroppedField,
    Edition,
    Effect,
    Field,
    FieldType,
    OpenAttribute,
    RecordKind,
    RepairClass,
    RepairRule,
    Sensitivity,
    SourceNature,
)

# Order 36: a general record is shown for three months at least, a serious one for a year.
SHORTEST_PUBLICITY: Mapping[RepairClass, int] = {
    RepairClass.MINOR: 0,
    RepairClass.GENERAL: 3,
    RepairClass.SERIOUS: 12,
}


@dataclass(frozen=True)
class KindCatalogue:
    """The whole public credit record catalogue, as loaded."""

    editions: tuple[Edition, ...]
    classes: Mapping[str, str]
    departments: Mapping[str, Department]
    items: Mapping[str, AuthorizationItem]
    kinds: Mapping[str, RecordKind]
    banned: tuple[BannedField, ...]
    dropped: tuple[DroppedField, ...]

    @property
    def version(self) -> str:
        """Return the number of the edition in force, which is the newest."""
        return self.editions[0].version


def read_kind_catalogue(root: Entry) -> KindCatalogue:
    """Return the catalogue of a file, or raise `CatalogueBroken`."""
    if root.has("templates"):
        root.take("templates")  # only anchors for the fields below
    editions = _editions(root.entries("editions"))
    classes = root.labels("classes")
    departments = {c: Department(c, name) for c, name in root.labels("departments").items()}
    item_texts = root.take("items")
    banned = tuple(map(_banned, root.entries("banned_fields")))
    dropped = tuple(map(_dropped, root.entries("dropped_fields")))
    kinds = [_kind(entry, classes, departments) for entry in root.entries("kinds")]
    root.close()
    require_unique([kind.code for kind in kinds], "kinds")
    unwanted: tuple[BannedField | DroppedField, ...] = (*banned, *dropped)
    require_unique([one.code for one in unwanted], "banned and dropped fields")
    _refuse_unwanted(kinds, unwanted)
    return KindCatalogue(
        editions=editions,
        classes=MappingProxyType(classes),
        departments=MappingProxyType(departments),
        items=MappingProxyType(_items(item_texts, kinds)),
        kinds=MappingProxyType({kind.code: kind for kind in kinds}),
        banned=banned,
        dropped=dropped,
    )


def _editions(entries: list[Entry]) -> tuple[Edition, ...]:
    editions = []
    for entry in entries:
        edition = Edition(entry.text("version"), entry.day("published_on"), entry.texts("changes"))
        entry.close()
        if not edition.changes:
            raise CatalogueBroken(f"{entry.where}: {edition.version} says nothing of what changed")
        editions.append(edition)
    require_unique([edition.version for edition in editions], "editions")
    days = [edition.published_on for edition in editions]
    if days != sorted(days, reverse=True):
        raise CatalogueBroken("editions: the newest must stand first")
    return tuple(editions)


def _items(content: object, kinds: list[RecordKind]) -> dict[str, AuthorizationItem]:
    if not isinstance(content, dict):
        raise CatalogueBroken("items: a mapping is expected")
    items = {}
    for code, value in content.items():
        entry = Entry(value, f"items.{code}")
        members = tuple(kind.code for kind in kinds if kind.item == code)
        items[code] = AuthorizationItem(code, entry.text("name"), entry.text("text"), members)
        entry.close()
    unknown = {kind.item for kind in kinds} - items.keys()
    empty = [code for code, item in items.items() if not item.kinds]
    if unknown or empty:
        raise CatalogueBroken(f"items: unknown {sorted(unknown)}, without kinds {empty}")
    return items


def _banned(entry: Entry) -> BannedField:
    banned = BannedField(
        entry.text("code"), entry.text("name"), entry.texts("patterns"), entry.text("legal_basis")
    )
    entry.close()
    return banned


def _dropped(entry: Entry) -> DroppedField:
    dropped = DroppedField(
        entry.text("code"),
        entry.text("name"),
        entry.texts("patterns"),
        entry.texts("standard_codes"),
        entry.text("reason"),
    )
    entry.close()
    return dropped


def _refuse_unwanted(
    kinds: list[RecordKind], unwanted: tuple[BannedField | DroppedField, ...]
) -> None:
    for kind in kinds:
        for field in kind.fields:
            hits = [one.code for one in unwanted for name in field.headings if one.covers(name)]
            if hits:
                raise CatalogueBroken(f"{kind.code}.{field.code} may not be stored: {hits}")


def _kind(
    entry: Entry, classes: Mapping[str, str], departments: Mapping[str, Department]
) -> RecordKind:
    class_code, department, publicity = (
        entry.text("class"),
        entry.text("department"),
        entry.entry("publicity"),
    )
    if class_code not in classes or department not in departments:
        raise CatalogueBroken(f"{entry.where}: unknown class or department")
    openness = entry.choice("open_attribute", OpenAttribute)
    fields = tuple(_field(field, openness) for field in entry.entries("fields"))
    kind = RecordKind(
        code=entry.text("code"),
        name=entry.text("name"),
        class_code=class_code,
        class_name=classes[class_code],
        item=entry.text("item"),
        department=departments[department],
        mode=entry.choice("mode", CollectionMode),
        open_attribute=openness,
        effect=entry.choice("effect", Effect),
        nature=_nature(entry),
        sensitivity=entry.choice("sensitivity", Sensitivity),
        legal_basis=entry.text("legal_basis"),
        update_cycle_days=entry.integer("update_cycle_days"),
        publicity_rule=publicity.text("rule"),
        publicity_months=publicity.optional_integer("months"),
        publicity_most_months=publicity.optional_integer("most_months"),
        retention_months=entry.optional_integer("retention_months"),
        repair=_repair(entry),
        absence=entry.choice("absence", Absence),
        fields=fields,
        map=_column_map(entry.entry("map")),
    )
    publicity.close()
    entry.close()
    _check_periods(kind, entry.where)
    if kind.repair is not None and kind.effect is not Effect.NEGATIVE:
        raise CatalogueBroken(f"{entry.where}: only a negative record is repaired")
    _check_fields(kind)
    _check_map(kind)
    return kind


def _nature(entry: Entry) -> SourceNature:
    return entry.choice("nature", SourceNature) if entry.has("nature") else SourceNature.PUBLIC


def _check_periods(kind: RecordKind, where: str) -> None:
    shown, most, kept = kind.publicity_months, kind.publicity_most_months, kind.retention_months
    periods = [
        months for months in (shown, most, kept, kind.update_cycle_days) if months is not None
    ]
    if min(periods) < 1:
        raise CatalogueBroken(f"{where}: a period of less than one")
    if most is not None and most < (shown or 0):
        raise CatalogueBroken(f"{where}: shown for longer than the longest publicity")
    if kept is not None and kept < max(shown or 0, most or 0):
        raise CatalogueBroken(f"{where}: shown for longer than it is kept")


def _repair(entry: Entry) -> RepairRule | None:
    if not entry.has("repair"):
        return None
    part = entry.entry("repair")
    rule = RepairRule(part.choice("class", RepairClass), part.integer("min_publicity_months"))
    part.close()
    if rule.min_publicity_months < SHORTEST_PUBLICITY[rule.grade]:
        raise CatalogueBroken(f"{part.where}: shorter than the class allows")
    return rule


def _field(entry: Entry, openness: OpenAttribute) -> Field:
    personal = entry.flag("personal")
    field = Field(
        code=entry.text("code"),
        name=entry.text("name"),
        type=entry.choice("type", FieldType),
        required=entry.flag("required"),
        personal=personal,
        signed=entry.flag("signed"),
        year_only=entry.flag("year_only"),
        future_days=entry.optional_integer("future_days") or 0,
        max_length=entry.optional_integer("max_length"),
        minimum=entry.optional_number("min"),
        maximum=entry.optional_number("max"),
        values=MappingProxyType(entry.labels("values")),
        value_synonyms=MappingProxyType(entry.labels("value_synonyms")),
        synonyms=entry.texts("synonyms"),
        open_attribute=_openness(entry, openness, personal=personal),
        standard_code=entry.optional_text("standard_code"),
    )
    entry.close()
    _check_field(field, entry.where)
    return field


def _openness(entry: Entry, of_kind: OpenAttribute, *, personal: bool) -> OpenAttribute:
    """Return a field's open attribute: what tells of a person is public only where it says so."""
    if not entry.has("open_attribute"):
        is_shown_closer = personal and of_kind is OpenAttribute.PUBLIC
        return OpenAttribute.AUTHORIZED if is_shown_closer else of_kind
    own = entry.choice("open_attribute", OpenAttribute)
    if own is OpenAttribute.PUBLIC and of_kind is not OpenAttribute.PUBLIC:
        raise CatalogueBroken(f"{entry.where}: more open than its kind")
    return own


def _check_field(field: Field, where: str) -> None:
    is_number = field.type.is_amount or field.type in {FieldType.NUMBER, FieldType.INTEGER}
    bounded = field.minimum is not None or field.maximum is not None or field.signed
    wrong = {
        "values belong to an enum": bool(field.values) != (field.type is FieldType.ENUM),
        "a text stands for two values": len(field.enum_texts) > len(dict(field.enum_texts)),
        "synonym of an unknown value": not set(field.value_synonyms.values()) <= set(field.values),
        "future_days and year_only belong to a date": bool(field.future_days or field.year_only)
        and field.type is not FieldType.DATE,
        "bounds belong to a number": bounded and not is_number,
        "a text needs max_length": field.type is FieldType.TEXT and not field.max_length,
    }
    broken = [rule for rule, is_broken in wrong.items() if is_broken]
    if broken:
        raise CatalogueBroken(f"{where}: {broken}")


def _column_map(entry: Entry) -> ColumnMap:
    columns = ColumnMap(
        subject_code=entry.optional_text("subject_code") or "uscc",
        subject_name=entry.optional_text("subject_name") or "name",
        natural_key=entry.texts("natural_key"),
        occurred_on=entry.text("occurred_on"),
        valid_until=entry.optional_text("valid_until"),
        amount=entry.optional_text("amount"),
        quantity=entry.optional_text("quantity"),
        level=entry.optional_text("level"),
        document=entry.optional_text("document"),
        organ=entry.optional_text("organ"),
    )
    entry.close()
    return columns


def _check_fields(kind: RecordKind) -> None:
    require_unique([field.code for field in kind.fields], kind.code)
    standard = [field.standard_code for field in kind.fields if field.standard_code]
    require_unique(standard, f"standard codes of {kind.code}")
    shown = [
        field
        for field in kind.fields
        if field.code in {kind.map.subject_code, kind.map.subject_name, kind.map.occurred_on}
    ]
    if any(field.open_attribute is not kind.open_attribute for field in shown):
        raise CatalogueBroken(f"{kind.code}: whom and when it is about is as open as the kind")
    headings = [heading for field in kind.fields for heading in field.headings]
    require_unique(headings, f"headings of {kind.code}")
    if "" in headings:
        raise CatalogueBroken(f"{kind.code}: a heading has no letters")


def _check_map(kind: RecordKind) -> None:
    columns = kind.map
    types = {field.code: field.type for field in kind.fields}
    required = {field.code for field in kind.fields if field.required}
    numbers = {FieldType.NUMBER, FieldType.INTEGER}
    wrong = {
        "subject_code": types.get(columns.subject_code) is not FieldType.USCC,
        "subject_name": types.get(columns.subject_name) is not FieldType.TEXT,
        "natural_key": not (set(columns.natural_key) <= set(types))
        or required.isdisjoint(columns.natural_key),
        "occurred_on": columns.occurred_on not in required or not types[columns.occurred_on].is_day,
        "valid_until": _is_not(types, columns.valid_until, {FieldType.DATE}),
        "amount": _is_not(types, columns.amount, {t for t in FieldType if t.is_amount}),
        "quantity": _is_not(types, columns.quantity, numbers),
        "level": _is_not(types, columns.level, {FieldType.TEXT, FieldType.ENUM}),
        "document": _is_not(types, columns.document, {FieldType.TEXT}),
        "organ": _is_not(types, columns.organ, {FieldType.TEXT}),
    }
    broken = [column for column, is_broken in wrong.items() if is_broken]
    if broken:
        raise CatalogueBroken(f"{kind.code}: map of {broken} does not fit the fields")


def _is_not(types: Mapping[str, FieldType], code: str | None, wanted: set[FieldType]) -> bool:
    return code is not None and types.get(code) not in wanted
