"""API clients of institutions, 银行接入."""

import secrets
from uuid import UUID

from xinyidai.accounts.models import ApiClient
from xinyidai.accounts.service.sessions import token_hash
from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def open_client(
    actor: Actor, institution_id: UUID, name: str, *, scope: str, is_demo: bool = False
) -> tuple[ApiClient, str]:
    """Open an API client of an institution; the secret is returned once and not kept."""
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        client_id=f"xyd-{secrets.token_hex(8)}",
        secret_hash=token_hash(secret),
        institution_id=institution_id,
        name=name,
        scope=scope,
        is_demo=is_demo,
    )
    db.session.add(client)
    db.session.flush()
    audit.record(actor, "api_client:open", "api_client", client.id)
    return client, secret
