"""Look at commitments: the firm's own, an officer's desk, and what everybody may read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.values import OpenAttribute
from xinyidai.commitments import policies, queries
from xinyidai.commitments.lifecycle import LIFECYCLE
from xinyidai.commitments.models import Commitment, CommitmentFile
from xinyidai.commitments.queries import CommitmentRow, Wanted
from xinyidai.commitments.service.fulfilling import KEPT_KIND
from xinyidai.commitments.values import (
    PUBLIC_STATES,
    CommitmentAction,
    CommitmentState,
    Tally,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.kernel.http import Page
from xinyidai.kernel.uploads import Upload

SHOWN_BROKEN = timedelta(days=365)  # publicity of broken_commitment in record_kinds.yaml


def read_commitment(actor: Actor, commitment_id: UUID) -> CommitmentRow:
    """Return a commitment with its firm; any that the actor may not see whole does not exist."""
    policies.require_sight(actor, queries.find(commitment_id))
    return queries.get_row(commitment_id)


def list_own(actor: Actor, page: Page) -> tuple[Sequence[CommitmentRow], int]:
    """Return the commitments of the actor's own firm, newest first, and how many there are."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业有自己的承诺。")
    return queries.of_enterprise(actor.party_id, page)


def list_of_city(actor: Actor, wanted: Wanted, page: Page) -> tuple[Sequence[CommitmentRow], int]:
    """Return commitments on the actor's desk, the earliest due first, and how many there are."""
    if actor.role is Role.DEPARTMENT and actor.party_id is not None:
        return queries.to_decide(replace(wanted, department_id=actor.party_id), page)
    policies.require_office(actor)
    return queries.to_decide(wanted, page)


def tallies(actor: Actor, by: str) -> Sequence[Tally]:
    """Count commitments by state for each `kind` or each `region`, for the office's figures."""
    policies.require_office(actor)
    return queries.tallies(by)


def list_public(wanted: Wanted, page: Page) -> tuple[Sequence[CommitmentRow], int]:
    """Return what everybody may see, newest first; a broken one for its time of publicity."""
    _require_public()
    states = frozenset(wanted.states) & PUBLIC_STATES if wanted.states else PUBLIC_STATES
    since = clock.now() - SHOWN_BROKEN
    return queries.search(replace(wanted, states=states, shown_since=since), page)


def read_public(number: str) -> CommitmentRow:
    """Return a commitment that everybody may see, or raise `NotFound`."""
    _require_public()
    found = queries.find_by_number(number) if "\x00" not in number else None
    if found is None or found.state not in PUBLIC_STATES or _is_over(found):
        raise NotFound(policies.ABSENT)
    return queries.get_row(found.id)


def open_evidence(actor: Actor, commitment_id: UUID, file_id: UUID) -> Upload:
    """Return a file of evidence to somebody who may have it: the firm, and whoever finds.

    Raises:
        NotFound: no such file of this commitment, or none of the actor's business.

    """
    file = _own_file(actor, commitment_id, file_id)
    return Upload(file.name, file.type, file.content)


def note_look(actor: Actor, commitment_id: UUID, file_id: UUID) -> None:
    """Note in the trail that an officer opened a firm's evidence."""
    file = _own_file(actor, commitment_id, file_id)
    details = {"sha256": file.sha256}
    audit.record(actor, "commitment:open_file", "commitment", commitment_id, details)


def actions_of(actor: Actor, commitment: Commitment) -> frozenset[CommitmentAction]:
    """Return what the actor may do next to a commitment it sees, for the buttons of its page."""
    if commitment.origin_no is not None:
        return frozenset()
    possible = LIFECYCLE.actions_from(commitment.state)
    return frozenset(action for action in possible if policies.may(actor, action, commitment))


def _own_file(actor: Actor, commitment_id: UUID, file_id: UUID) -> CommitmentFile:
    commitment = policies.require_sight(actor, queries.find(commitment_id))
    policies.require_files(actor, commitment)
    file = queries.find_file(commitment_id, file_id)
    if file is None:
        raise NotFound("没有找到这个附件。")
    return file


def _is_over(commitment: Commitment) -> bool:
    decided = commitment.decided_at
    is_broken = commitment.state is CommitmentState.BROKEN
    return is_broken and decided is not None and decided < clock.now() - SHOWN_BROKEN


def _require_public() -> None:
    """Show nothing where the catalogue no longer opens commitments to the public."""
    if get_kind(KEPT_KIND).open_attribute is not OpenAttribute.PUBLIC:
        raise NotFound(policies.ABSENT)
