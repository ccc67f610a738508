"""The examples of a draft, 样例: written by a person, or proposed from the criteria."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.products import policies, queries
from xinyidai.products.lifecycle import LIFECYCLE
from xinyidai.products.models import ProductVersion
from xinyidai.products.rules import (
    example_to_json,
    examples_from_json,
    fields_of,
    propose_examples,
    run_examples,
)
from xinyidai.products.service.marking import DraftPart, draft_mark, require_unchanged
from xinyidai.products.service.vocabulary import indicator_names
from xinyidai.products.values import Example, ExampleOrigin, ExampleResult, ProductAction


def keep_examples(
    actor: Actor,
    version_id: UUID,
    raw: Sequence[Mapping[str, Any]],
    *,
    read_as: str | None = None,
) -> ProductVersion:
    """Replace the examples of a draft; one that fails is kept, and stops the submission.

    Raises:
        Conflict: somebody else changed them after they were read under the mark `read_as`.
        InvalidInput: an example cannot be read, as `examples.<place>`.

    """
    version = _draft(actor, version_id)
    before = draft_mark(version, DraftPart.EXAMPLES)
    write_examples(version, raw)
    require_unchanged(version, DraftPart.EXAMPLES, before=before, read_as=read_as)
    details = {"examples": len(version.examples)}
    audit.record(actor, ProductAction.EXEMPLIFY, "product_version", version.id, details)
    return version


def add_proposed_examples(
    actor: Actor, version_id: UUID, origin: ExampleOrigin = ExampleOrigin.SCRIPT
) -> ProductVersion:
    """Replace the examples of a draft by proposed ones, marked with their origin.

    Raises:
        InvalidInput: no firm can meet all criteria.

    """
    version = _draft(actor, version_id)
    proposed = proposed_examples(version, origin)
    return keep_examples(actor, version_id, [example_to_json(one) for one in proposed])


def proposed_examples(
    version: ProductVersion, origin: ExampleOrigin = ExampleOrigin.PERSON
) -> tuple[Example, ...]:
    """Return examples at the thresholds of a version's criteria; nothing is stored."""
    return propose_examples(queries.all_criteria(version, indicator_names()), origin)


def tried_examples(version: ProductVersion) -> tuple[ExampleResult, ...]:
    """Return what a version's criteria say of each of its examples."""
    criteria = queries.all_criteria(version, indicator_names())
    return run_examples(criteria, examples_of(version))


def examples_of(version: ProductVersion) -> tuple[Example, ...]:
    """Return the examples a version carries; one of an indicator since gone is left out."""
    criteria = queries.all_criteria(version, indicator_names())
    fields = fields_of(criteria, indicator_names())
    kept = [entry for entry in version.examples if set(entry["readings"]) <= set(fields)]
    return examples_from_json(kept, fields)


def write_examples(version: ProductVersion, raw: Sequence[Mapping[str, Any]]) -> None:
    """Store the examples of a version after reading them strictly."""
    fields = fields_of(queries.all_criteria(version, indicator_names()), indicator_names())
    version.examples = [example_to_json(one) for one in examples_from_json(raw, fields)]


def _draft(actor: Actor, version_id: UUID) -> ProductVersion:
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.EXEMPLIFY, version.product)
    LIFECYCLE.next_state(version.state, ProductAction.EXEMPLIFY)
    return version
