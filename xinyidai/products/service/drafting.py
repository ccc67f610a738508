"""The bank's side: draft a product, change the draft, submit it, start a new version."""

from collections.abc import Sequence
from dataclasses import replace
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
    unknown_members,
)
from xinyidai.products.service import telling
from xinyidai.products.service.exemplifying import write_examples
from xinyidai.products.service.marking import DraftPart, draft_mark, require_unchanged
from xinyidai.products.service.reading import facts_of
from xinyidai.products.service.vocabulary import indicator_names, known_items, pre_loan_items
from xinyidai.products.values import Criterion, ProductAction, ProductFacts, ProductVersionState

CODE_TAKEN = "product_code_taken"
UNFINISHED = frozenset({ProductVersionState.DRAFT, ProductVersionState.UNDER_REVIEW})


def draft_product(actor: Actor, facts: ProductFacts) -> ProductVersion:
    """Draft a new product of the actor's institution and return its first version."""
    institution_id = policies.require_drafter(actor)
    _require_sound(facts)
    product, number = _product_for(institution_id, facts)
    version = _new_version(actor, product, number, facts)
    audit.record(actor, ProductAction.DRAFT, "product_version", version.id)
    return version


def _product_for(institution_id: UUID, facts: ProductFacts) -> tuple[LoanProduct, int]:
    """Return the product of a new draft and the number of its version.

    The code of an own product of which nothing but discarded drafts is left is free again: its
    next version is drafted, so that no code ever names two products.
    """
    product = queries.find_product_by_code(facts.code)
    if product is None:
        product = LoanProduct(
            code=facts.code, institution_id=institution_id, name=facts.name, kind=facts.kind
        )
        db.session.add(product)
        return product, 1
    versions = queries.list_versions(product.id)
    is_left = any(version.state is not ProductVersionState.DISCARDED for version in versions)
    if is_left or product.institution_id != institution_id:
        raise Conflict(f"产品编号“{facts.code}”已被使用，请换一个。", code=CODE_TAKEN)
    product.name, product.kind = facts.name, facts.kind
    return product, versions[0].version + 1


def update_draft(
    actor: Actor, version_id: UUID, facts: ProductFacts, *, read_as: str | None = None
) -> ProductVersion:
    """Replace what a draft says; a version in any other state is not touched.

    Raises:
        Conflict: somebody else saved the draft after it was read under the mark `read_as`.

    """
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.UPDATE, version.product)
    _require_sound(facts)
    if facts.code != version.product.code:
        raise InvalidInput(
            "产品编号不能修改，可以新建产品。", fields={"code": "产品编号不能修改，可以新建产品。"}
        )
    version.state = LIFECYCLE.next_state(version.state, ProductAction.UPDATE)
    before = draft_mark(version, DraftPart.FACTS)
    _write(version, facts)
    require_unchanged(version, DraftPart.FACTS, before=before, read_as=read_as)
    audit.record(actor, ProductAction.UPDATE, "product_version", version.id)
    return version


def replace_criteria(
    actor: Actor, version_id: UUID, document: str, *, read_as: str | None = None
) -> ProductVersion:
    """Replace a draft's criteria by a text or JSON form.

    Raises:
        Conflict: somebody else changed them after they were read under the mark `read_as`.
        InvalidInput: every line that cannot be read, as `line.<n>` or `item.<n>`.

    """
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.UPDATE, version.product)
    version.state = LIFECYCLE.next_state(version.state, ProductAction.UPDATE)
    before = draft_mark(version, DraftPart.CRITERIA)
    criteria = parse_document(document, indicator_names())
    _require_known(criteria)
    if version.criteria and not criteria:
        raise InvalidInput(
            f"这里一条条件也没有，现有的 {len(version.criteria)} 条没有改动。"
            "要全部去掉，请在产品表单里逐条删除。"
        )
    version.criteria = [criterion_to_json(criterion) for criterion in criteria]
    require_unchanged(version, DraftPart.CRITERIA, before=before, read_as=read_as)
    audit.record(actor, ProductAction.UPDATE, "product_version", version.id)
    return version


def submit_product(actor: Actor, version_id: UUID) -> ProductVersion:
    """Hand a complete draft to the credit office; `RuleBroken` lists what is still wrong."""
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.SUBMIT, version.product)
    next_state = LIFECYCLE.next_state(version.state, ProductAction.SUBMIT)
    _require_day_to_come(version)
    require_ready(version, "产品还不能提交审核，请按提示补全。")
    version.state = next_state
    version.submitted_by, version.submitted_party = actor.account_id, actor.party_id
    version.submitted_at, version.return_reason = clock.now(), None
    audit.record(actor, ProductAction.SUBMIT, "product_version", version.id)
    telling.tell_office(version)
    return version


def withdraw_product(actor: Actor, version_id: UUID) -> ProductVersion:
    """Take a version back from review, 撤回提交: it is a draft again."""
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.WITHDRAW, version.product)
    version.state = LIFECYCLE.next_state(version.state, ProductAction.WITHDRAW)
    audit.record(actor, ProductAction.WITHDRAW, "product_version", version.id)
    telling.tell_office_withdrawn(version)
    return version


def _require_day_to_come(version: ProductVersion) -> None:
    day = version.effective_from
    if day is not None and day < clock.today():
        words = f"生效日期 {day.isoformat()} 已经过了，请改为今天以后，或者不填（上架即生效）。"
        raise RuleBroken("产品还不能提交审核。", details={"fields": {"effective_from": words}})


def require_ready(version: ProductVersion, words: str) -> None:
    """Raise `RuleBroken` with what is wrong by field: facts, items, criteria or examples.

    Asked before review and again before listing: the dictionary and the purpose may have changed.
    """
    problems = shortfalls_of(version)
    if problems:
        raise RuleBroken(words, details={"fields": problems})


def shortfalls_of(version: ProductVersion) -> dict[str, str]:
    """Return what keeps a version from review, by field; empty when nothing does."""
    problems = shortfalls_for_review(
        facts_of(version), known_items=known_items(), allowed_items=pre_loan_items()
    )
    try:
        criteria = queries.all_criteria(version, indicator_names(), stored=False)
        fields = fields_of(criteria, indicator_names())
        problems |= example_problems(criteria, examples_from_json(version.examples, fields))
    except InvalidInput as error:
        problems |= error.fields or {"criteria": error.message}
    return problems


def revise_product(
    actor: Actor, product_id: UUID, *, source_id: UUID | None = None
) -> ProductVersion:
    """Start the next version as a draft; one unfinished at a time.

    It copies the version `source_id` of the same product, by default the newest not discarded.
    """
    product = queries.get_product(product_id)
    policies.require(actor, ProductAction.REVISE, product)
    versions = queries.list_versions(product_id)
    newest = versions[0]
    if newest.state in UNFINISHED:
        raise Conflict("这个产品已有一个未完成的版本，请先完成它。")
    kept = [one for one in versions if one.state is not ProductVersionState.DISCARDED]
    usual = kept[0] if kept else newest
    source = next((one for one in versions if one.id == source_id), usual)
    version = _new_version(actor, product, newest.version + 1, _for_revision(source))
    audit.record(
        actor, ProductAction.REVISE, "product_version", version.id, {"from": str(source.id)}
    )
    return version


def _for_revision(version: ProductVersion) -> ProductFacts:
    # The day the former version began is no plan for the next one.
    facts = facts_of(version)
    day = facts.effective_from
    is_over = day is not None and day <= clock.today()
    return replace(facts, effective_from=None) if is_over else facts


def _require_sound(facts: ProductFacts) -> None:
    problems = check_facts(facts)
    try:
        problems |= unknown_members(parse_criteria(facts.criteria, indicator_names()))
    except InvalidInput as error:
        problems |= error.fields or {"criteria": error.message}
    if problems:
        raise InvalidInput("产品信息有误，请按提示修改。", fields=problems)


def _require_known(criteria: Sequence[Criterion]) -> None:
    found = unknown_members(criteria)
    places = {int(key.removeprefix("criteria.")): key for key in found}
    problems = {f"item.{n + 1}": f"第 {n + 1} 条：{found[key]}" for n, key in places.items()}
    if problems:
        raise InvalidInput("准入条件有误，请按提示修改。", fields=problems)


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
