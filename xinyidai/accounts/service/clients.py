"""API clients of institutions, 银行接入, and of government offices, 部门接入."""

import secrets
from uuid import UUID

from xinyidai.accounts.models import ApiClient
from xinyidai.accounts.service.sessions import token_hash
from xinyidai.accounts.values import OFFICE_SCOPE
from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def open_client(
    actor: Actor, institution_id: UUID, name: str, *, scope: str, is_demo: bool = False
) -> tuple[ApiClient, str]:
    """Open an API client of an institution; the secret is returned once and not kept."""
    client = ApiClient(institution_id=institution_id, name=name, scope=scope, is_demo=is_demo)
    return client, _open(actor, client)


def open_office_client(
    actor: Actor, department_id: UUID, name: str, *, is_demo: bool = False
) -> tuple[ApiClient, str]:
    """Open an API client of a government office, 部门接入: it checks firms and reports, no more."""
    client = ApiClient(department_id=department_id, name=name, scope=OFFICE_SCOPE, is_demo=is_demo)
    return client, _open(actor, client)


def _open(actor: Actor, client: ApiClient) -> str:
    secret = secrets.token_urlsafe(32)
    client.client_id, client.secret_hash = f"xyd-{secrets.token_hex(8)}", token_hash(secret)
    db.session.add(client)
    db.session.flush()
    audit.record(actor, "api_client:open", "api_client", client.id)
    return secret
