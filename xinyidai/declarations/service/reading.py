"""Look at declarations and their files, as far as the actor may."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.declarations import policies, queries
from xinyidai.declarations.lifecycle import LIFECYCLE
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.queries import DeclarationRow
from xinyidai.declarations.service import filling
from xinyidai.declarations.values import AttachedFile, DeclarationAction, DeclarationState
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page
from xinyidai.kernel.uploads import Upload


def read_declaration(actor: Actor, declaration_id: UUID) -> DeclarationRow:
    """Return a declaration with its firm; any that the actor may not see does not exist."""
    policies.require_sight(actor, queries.find(declaration_id))
    return queries.get_row(declaration_id)


def list_own(actor: Actor, page: Page) -> tuple[Sequence[DeclarationRow], int]:
    """Return the declarations of the actor's own firm, newest first, and how many there are."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业有自己的填报。")
    return queries.of_enterprise(actor.party_id, page)


def list_of_city(
    actor: Actor, page: Page, states: Collection[DeclarationState], category: str = ""
) -> tuple[Sequence[DeclarationRow], int]:
    """Return what the actor's desk verifies, the longest waiting first, and how many there are."""
    found = policies.require_desk(actor)
    wanted = found & {category} if category else found
    return queries.of_city(page, states=states, categories=wanted)


def has_desk(actor: Actor) -> bool:
    """Tell whether any category is the actor's to verify or to oversee."""
    return bool(policies.categories_of(actor))


def waiting_for(actor: Actor) -> tuple[int, datetime | None]:
    """Return how many declarations wait on the actor's desk, and since when the first."""
    return queries.waiting(policies.categories_of(actor))


def open_file(actor: Actor, declaration_id: UUID, file_id: UUID) -> AttachedFile:
    """Return a file to somebody who may have it: the firm, and whoever verifies the category.

    Raises:
        NotFound: no such file of this declaration, or none of the actor's business.

    """
    file = filling.require_own_file(actor, declaration_id, file_id)
    return AttachedFile(file.sha256[:8], Upload(file.name, file.type, file.content))


def note_look(actor: Actor, declaration_id: UUID, file_id: UUID) -> None:
    """Note in the trail that an office opened a firm's file; the firm finds it in its own list."""
    file = filling.require_own_file(actor, declaration_id, file_id)
    details = {"sha256": file.sha256}
    audit.record(actor, "declaration:open_file", "declaration", declaration_id, details)


def actions_of(actor: Actor, declaration: Declaration) -> frozenset[DeclarationAction]:
    """Return what the actor may do next to a declaration it sees, for the buttons of its page."""
    possible = LIFECYCLE.actions_from(declaration.state)
    return frozenset(action for action in possible if policies.may(actor, action, declaration))
