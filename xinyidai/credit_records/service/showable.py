"""What of a record may be put into words for a profile, 画像用语; pure.

Persons and names that are not public stay out; texts are searched for persons that other fields
name. Nothing here reads a record: the caller came by it through the door.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date

from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.values import Effect, Field, FieldType, OpenAttribute
from xinyidai.credit_records import publicity
from xinyidai.credit_records.presentation import shown_text
from xinyidai.credit_records.values import Fact
from xinyidai.kernel.masking import mask_name

MOST_PARTS = 3
LONGEST = 60
# Fields that name another firm or person; a name that is not public is no part of any text.
NAMING = frozenset(
    {"creditor", "mortgagee", "pledgee", "lender", "counterparty", "buyer", "branch_name"}
)
# A name that ends or holds none of these is taken for a person's: fail closed.
ORGANISATION = re.compile(
    r"公司|银行|分行|支行|合作社|信用社|集团|企业|工厂|商行|商店|农场|事务所|研究院|医院|学校|中学|小学|幼儿园"
    r"|大学|学院|中心|委员会|政府|法院|管委会|办事处|单位|协会|基金|合伙|[厂店局院部站社会处室队馆库村行所]$"
)
BARE = frozenset({FieldType.NUMBER, FieldType.INTEGER, FieldType.BOOLEAN})
PERSON_LEVELS = ("自然人", "个人")


def persons_in(facts: Iterable[Fact], others: Iterable[str | None] = ()) -> frozenset[str]:
    """Return the persons whom the records' own fields name, to be hidden in texts."""
    return publicity.persons_in(facts, others)


def words_of(fact: Fact, persons: Collection[str], today: date) -> str:
    """Return the first words of a record: no person, no name of somebody that is not public."""
    kind = get_kind(fact.kind)
    left_out = {kind.map.subject_code, kind.map.subject_name, kind.map.amount}
    left_out |= publicity.NAMING_PERSONS.get(fact.kind, frozenset())
    left_out |= set(publicity.SUBJECT_CLASSES)
    parts = [
        _said(field, publicity.hide_persons(shown_text(field, fact.content[field.code]), persons))
        for field in kind.fields
        if field.code not in left_out
        and fact.content.get(field.code) is not None
        and _may_say(fact, field, today)
    ]
    return "；".join(parts[:MOST_PARTS])


def last_day_of(fact: Fact) -> date | None:
    """Return until when a record holds; of what speaks against the firm, the end of publicity."""
    kind = get_kind(fact.kind)
    if kind.effect is not Effect.NEGATIVE:
        return fact.valid_until
    return publicity.publicity_end(fact)


def party_of(fact: Fact, code: str, today: date) -> tuple[str, bool, bool] | None:
    """Return the other side that a field names: words, whether a person, whether a public name.

    A person is masked; a name that is not public is no words at all. None where the field is empty.
    """
    name = str(fact.content.get(code) or "").strip()
    if not name:
        return None
    if _is_person(fact, code, name):
        return mask_name(name), True, False
    is_public = code in {f.code for f in publicity.public_fields(get_kind(fact.kind))}
    if is_public and publicity.is_publicised(fact, today):
        return name, False, True
    return "", False, False


def name_of_party(fact: Fact, code: str) -> str:
    """Return the other side's name as the record has it, to tell parties apart and not to show."""
    return str(fact.content.get(code) or "").strip()


def _is_person(fact: Fact, code: str, name: str) -> bool:
    kind = get_kind(fact.kind)
    says_person = any(word in (fact.level or "") for word in PERSON_LEVELS)
    if kind.field(code).personal and says_person:
        return True
    return ORGANISATION.search(name) is None


def _may_say(fact: Fact, field: Field, today: date) -> bool:
    if field.personal or field.open_attribute is OpenAttribute.GOVERNMENT:
        return False
    if field.type.is_day or field.type.is_amount or field.type is FieldType.USCC:
        return False
    if field.code not in NAMING:
        return True
    found = party_of(fact, field.code, today)
    return found is not None and found[2]


def _said(field: Field, text: str) -> str:
    """Return a value as it is read alone: a number needs to say of what."""
    words = f"{field.name} {text}" if field.type in BARE else text
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
