"""The bank's side: draft a product, change the draft, submit it, start a new version."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken
from xinyidai.products import policies, queries
from xinyidai.products.lifecycle import LIFECYCLE
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.rules import (
    check_facts,
    cost_item_to_json,
    criterion_to_json,
    example_problems,
    examples_from_json,
    fields_of,
    parse_criteria,
    parse_document,
    settled,
    shortfalls_for_review,
)
from xinyidai.products.service import telling
from xinyidai.products.service.exemplifying import write_examples
from xinyidai.products.service.vocabulary import indicator_names, known_items, pre_loan_items
from xinyidai.products.values import ProductAction, ProductFacts, ProductVersionState

UNFINISHED = frozenset({ProductVersionState.DRAFT, ProductVersionState.UNDER_REVIEW})


def draft_product(actor: Actor, facts: ProductFacts) -> ProductVersion:
    """Draft a new product of the actor's institution and return its first version."""
    institution_id = policies.require_drafter(actor)
    _require_sound(facts)
    if queries.find_product_by_code(facts.code) is not None:
        raise Conflict(f"产品编号“{facts.code}”已被使用。")
    product = LoanProduct(
        code=facts.code, institution_id=institution_id, name=facts.name, kind=facts.kind
    )
    db.session.add(product)
    version = _new_version(actor, product, 1, facts)
    audit.record(actor, ProductAction.DRAFT, "product_version", version.id)
    return version


def update_draft(actor: Actor, version_id: UUID, facts: ProductFacts) -> ProductVersion:
    """Replace what a draft says; a version in any other state is not touched."""
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.UPDATE, version.product)
    _require_sound(facts)
    if facts.code != version.product.code:
        raise InvalidInput("产品编号不能修改。", fields={"code": "产品编号不能修改。"})
    version.state = LIFECYCLE.next_state(version.state, ProductAction.UPDATE)
    _write(version, facts)
    audit.record(actor, ProductAction.UPDATE, "product_version", version.id)
    return version


def replace_criteria(actor: Actor, version_id: UUID, document: str) -> ProductVersion:
    """Replace a draft's criteria by a text or JSON form.

    Raises:
        InvalidInput: every line that cannot be read, as `line.<n>` or `item.<n>`.

    """
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.UPDATE, version.product)
    version.state = LIFECYCLE.next_state(version.state, ProductAction.UPDATE)
    criteria = parse_document(document, indicator_names())
    version.criteria = [criterion_to_json(criterion) for criterion in criteria]
    audit.record(actor, ProductAction.UPDATE, "product_version", version.id)
    return version


def submit_product(actor: Actor, version_id: UUID) -> ProductVersion:
    """Hand a complete draft to the credit office; `RuleBroken` lists what is still wrong."""
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.SUBMIT, version.product)
    next_state = LIFECYCLE.next_state(version.state, ProductAction.SUBMIT)
    require_ready(version, "产品还不能提交审核，请按提示补全。")
    version.state = next_state
    version.submitted_by, version.submitted_party = actor.account_id, actor.party_id
    version.submitted_at, version.return_reason = clock.now(), None
    audit.record(actor, ProductAction.SUBMIT, "product_version", version.id)
    telling.tell_office(version)
    return version


def require_ready(version: ProductVersion, words: str) -> None:
    """Raise `RuleBroken` with what is wrong by field: facts, items, criteria or examples.

    Asked before review and again before listing: the dictionary and the purpose may have changed.
    """
    problems = shortfalls_for_review(
        facts_of(version), known_items=known_items(), allowed_items=pre_loan_items()
    )
    try:
        criteria = queries.all_criteria(version, indicator_names(), stored=False)
        fields = fields_of(criteria, indicator_names())
        problems |= example_problems(criteria, examples_from_json(version.examples, fields))
    except InvalidInput as error:
        problems |= error.fields or {"criteria": error.message}
    if problems:
        raise RuleBroken(words, details={"fields": problems})


def revise_product(actor: Actor, product_id: UUID) -> ProductVersion:
    """Start the next version as a draft that copies the newest one; one unfinished at a time."""
    product = queries.get_product(product_id)
    policies.require(actor, ProductAction.REVISE, product)
    newest = queries.list_versions(product_id)[0]
    if newest.state in UNFINISHED:
        raise Conflict("这个产品已有一个未完成的版本，请先完成它。")
    version = _new_version(actor, product, newest.version + 1, facts_of(newest))
    audit.record(
        actor, ProductAction.REVISE, "product_version", version.id, {"from": str(newest.id)}
    )
    return version


def facts_of(version: ProductVersion) -> ProductFacts:
    """Return what a version says, as the value the bank fills in."""
    return ProductFacts(
        code=version.product.code,
        name=version.name,
        kind=version.kind,
        terms=version.terms,
        region_codes=tuple(version.region_codes),
        criteria=tuple(version.criteria),
        text_conditions=tuple(version.text_conditions),
        required_items=tuple(version.required_items),
        documents=tuple(version.documents),
        target=version.target,
        description=version.description,
        whitelist_code=version.whitelist_code,
        effective_from=version.effective_from,
        source=version.source,
        industry_codes=tuple(version.industry_codes),
        target_groups=tuple(version.target_groups),
        examples=tuple(version.examples),
    )


def _require_sound(facts: ProductFacts) -> None:
    problems = check_facts(facts)
    try:
        parse_criteria(facts.criteria, indicator_names())
    except InvalidInput as error:
        problems |= error.fields or {"criteria": error.message}
    if problems:
        raise InvalidInput("产品信息有误，请按提示修改。", fields=problems)


def _new_version(
    actor: Actor, product: LoanProduct, number: int, facts: ProductFacts
) -> ProductVersion:
    version = ProductVersion(
        product=product,
        version=number,
        state=ProductVersionState.DRAFT,
        drafted_by=actor.account_id,
    )
    _write(version, facts)
    db.session.add(version)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Two managers pressed the button at once; the unique keys let one of them through.
        raise Conflict("这个产品刚刚被别人建立或修改，请刷新后再试。") from error
    return version


def _write(version: ProductVersion, facts: ProductFacts) -> None:
    terms = settled(facts.terms)
    version.name, version.kind = facts.name.strip(), facts.kind
    version.amount_min_fen, version.amount_max_fen = terms.amount_min_fen, terms.amount_max_fen
    version.term_min_months, version.term_max_months = terms.term_min_months, terms.term_max_months
    version.rate_min, version.rate_max = terms.rate_min, terms.rate_max
    version.fee_rate, version.fee_note = terms.fee_rate, terms.fee_note
    items = terms.cost_items
    version.cost_items = None if items is None else [cost_item_to_json(item) for item in items]
    version.guarantee, version.repayment = terms.guarantee, terms.repayment
    version.promise_days = terms.promise_days
    criteria = parse_criteria(facts.criteria, indicator_names(), stored=True)
    version.criteria = [criterion_to_json(criterion) for criterion in criteria]
    version.region_codes = list(facts.region_codes)
    version.text_conditions = list(facts.text_conditions)
    version.required_items, version.documents = list(facts.required_items), list(facts.documents)
    version.target, version.description = facts.target, facts.description
    version.whitelist_code, version.effective_from = facts.whitelist_code, facts.effective_from
    version.source = facts.source
    version.industry_codes = list(facts.industry_codes)
    version.target_groups = list(facts.target_groups)
    if facts.examples is not None:
        write_examples(version, facts.examples)
