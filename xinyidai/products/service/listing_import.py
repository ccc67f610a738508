"""Put a published product list on sale: entered on the banks' behalf, listed by a second person."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from xinyidai.institutions import queries as institutions
from xinyidai.institutions import service as admitting
from xinyidai.institutions.models import Institution
from xinyidai.institutions.service import InstitutionFacts
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, DomainError, InvalidInput, NotFound
from xinyidai.products import policies, queries
from xinyidai.products.importing import parse_product_rows
from xinyidai.products.rules import criterion_to_json, parse_criteria, settled
from xinyidai.products.service.drafting import (
    draft_product,
    revise_product,
    submit_product,
    update_draft,
)
from xinyidai.products.service.exemplifying import add_proposed_examples
from xinyidai.products.service.listing import list_product
from xinyidai.products.service.reading import facts_of
from xinyidai.products.service.vocabulary import indicator_names
from xinyidai.products.values import ProductFacts, ProductVersionState

WHOLE_COUNTRY = "100000"  # GB/T 2260; a list does not say where an institution sits
KIND_WORDS: tuple[tuple[str, InstitutionKind], ...] = (
    ("担保", InstitutionKind.GUARANTEE),
    ("小额贷款", InstitutionKind.MICRO_LENDER),
    ("小贷", InstitutionKind.MICRO_LENDER),
    ("保险", InstitutionKind.INSURER),
    ("租赁", InstitutionKind.LEASING),
    ("银行", InstitutionKind.BANK),
    ("信用社", InstitutionKind.BANK),
    ("农商行", InstitutionKind.BANK),
)
LISTED, REVISED, UNCHANGED = "listed", "revised", "unchanged"


@dataclass(frozen=True)
class ListDesk:
    """Who enters the list and who, of another party, puts its products on sale."""

    drafter: Actor
    lister: Actor
    may_admit: bool = False


@dataclass(frozen=True)
class NotTaken:
    """A row of the list that is not on sale, and why, in Chinese."""

    institution: str
    product: str
    reason: str


@dataclass(frozen=True)
class ImportedList:
    """What became of the rows of a list; `rows` is the sum of the others."""

    rows: int
    listed: int
    revised: int
    unchanged: int
    institutions_admitted: int
    rejected: tuple[NotTaken, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the counts and the rows not taken for the command's answer."""
        return asdict(self)


def import_list(desk: ListDesk, path: Path, pages_of: str = "") -> ImportedList:
    """Draft, submit and list every product of a published list; again, it changes nothing.

    A changed row becomes the product's next version. A product manager enters rows of the own
    institution only; an operator or the credit office enters them on the institution's behalf, and
    `may_admit` lets them admit institutions that are missing, with a code that begins with LIST-.
    `pages_of` names whose pages a JSON file holds, where the file does not say.

    Raises:
        Forbidden: the drafter may enter no list.
        InvalidInput: the file is no product list.

    """
    policies.require_list_entry(desk.drafter)
    taken, refused = parse_product_rows(path, pages_of)
    rejected = [NotTaken("", row.name, row.reason) for row in refused]
    known = _by_name()
    before = len(set(known.values()))
    counts = {LISTED: 0, REVISED: 0, UNCHANGED: 0}
    for facts in taken:
        try:
            institution = _institution(desk, facts.institution_name, known)
            with db.session.begin_nested():
                counts[_put_on_sale(desk, institution, facts)] += 1
        except DomainError as error:
            rejected.append(NotTaken(facts.institution_name, facts.name, _words(error)))
    return ImportedList(
        rows=len(taken) + len(refused),
        listed=counts[LISTED],
        revised=counts[REVISED],
        unchanged=counts[UNCHANGED],
        institutions_admitted=len(set(_by_name().values())) - before,
        rejected=tuple(rejected),
    )


def _by_name() -> dict[str, Institution]:
    listed: Sequence[Institution] = institutions.list_institutions()
    return {name: one for one in listed for name in (one.short_name, one.name)}


def _institution(desk: ListDesk, name: str, known: dict[str, Institution]) -> Institution:
    found = known.get(name)
    if found is None:
        if not desk.may_admit:
            raise NotFound(f"“{name}”没有入驻平台。")
        found = known[name] = _admit(desk.drafter, name)
    return found


def _admit(actor: Actor, name: str) -> Institution:
    kind = next((kind for word, kind in KIND_WORDS if word in name), None)
    if kind is None:
        raise InvalidInput(f"从名称“{name}”看不出机构类型，请先办理入驻。")
    code = "LIST-" + hashlib.sha256(name.encode()).hexdigest()[:10]
    facts = InstitutionFacts(
        code=code, name=name, short_name=name, kind=kind, region_code=WHOLE_COUNTRY
    )
    return admitting.admit_institution(actor, facts)


def _put_on_sale(desk: ListDesk, institution: Institution, facts: ProductFacts) -> str:
    bank = _for_bank(desk.drafter, institution)
    product = queries.find_product_by_code(facts.code)
    if product is None:
        version, deed = draft_product(bank, facts), LISTED
    else:
        newest = queries.list_versions(product.id)[0]
        if newest.state is not ProductVersionState.LISTED:
            raise Conflict("这个产品已下架或有未完成的版本，不自动上架。")
        if _as_stored(facts_of(newest)) == _as_stored(facts):
            return UNCHANGED
        version, deed = update_draft(bank, revise_product(bank, product.id).id, facts), REVISED
    add_proposed_examples(bank, version.id)
    submit_product(bank, version.id)
    list_product(desk.lister, version.id)
    return deed


def _for_bank(drafter: Actor, institution: Institution) -> Actor:
    """Return who drafts: the institution's own manager, or the person who enters it for them."""
    if drafter.role is Role.BANK_PRODUCT_MANAGER:
        if drafter.party_id != institution.id:
            raise NotFound("这不是您所在机构的产品。")
        return drafter
    name = f"{drafter.name}（代录）"
    return Actor(drafter.account_id, Role.BANK_PRODUCT_MANAGER, institution.id, name)


def _as_stored(facts: ProductFacts) -> ProductFacts:
    criteria = parse_criteria(facts.criteria, indicator_names(), stored=True)
    stored = tuple(criterion_to_json(criterion) for criterion in criteria)
    return replace(
        facts,
        criteria=stored,
        terms=settled(facts.terms),
        institution_name="",
        examples=None,
    )


def _words(error: DomainError) -> str:
    fields = error.details.get("fields", {})
    named = fields.values() if isinstance(fields, Mapping) else ()
    return "".join(map(str, named)) or error.message
