"""OAuth 2.0 client credentials for systems of banks and of government offices, through Authlib.

A token says who calls; whether that caller may look at a firm is decided by the consent, per call.
"""

import hmac
import secrets
from datetime import timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from flask import Blueprint, Flask, g, request
from flask.typing import ResponseReturnValue

from xinyidai.accounts import queries
from xinyidai.accounts.models import ApiClient, ApiToken
from xinyidai.accounts.service import token_hash
from xinyidai.accounts.values import AccountStatus
from xinyidai.kernel import clock, rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, transactional
from xinyidai.kernel.errors import Unauthenticated

TOKEN_SECONDS = 900
TOKENS_PER_MINUTE = 30

blueprint = Blueprint("oauth", __name__, url_prefix="/oauth")


class _Client(ClientMixin):  # type: ignore[misc] # the library has no types
    """An `ApiClient` in the shape that the library asks for."""

    def __init__(self, row: ApiClient) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        allowed = set(self.row.scope.split())
        return " ".join(sorted(allowed & set((scope or self.row.scope).split())))

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.row.secret_hash, token_hash(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint == "token" and method in ClientCredentials.TOKEN_ENDPOINT_AUTH_METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


class ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc] # the library has no types
    """The one grant there is: a bank's system authenticates as itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


def _find_client(client_id: str) -> _Client | None:
    row = queries.find_client(client_id)
    return _Client(row) if row and row.status is AccountStatus.ACTIVE else None


def _save_token(token: dict[str, Any], oauth_request: Any) -> None:
    moment = clock.now()
    db.session.add(
        ApiToken(
            api_client_id=oauth_request.client.row.id,
            token_hash=token_hash(token["access_token"]),
            scope=token.get("scope") or "",
            issued_at=moment,
            expires_at=moment + timedelta(seconds=TOKEN_SECONDS),
        )
    )


server = AuthorizationServer(query_client=_find_client, save_token=_save_token)


def mount_oauth(app: Flask) -> None:
    """Give the library its settings and its grant."""
    app.config.setdefault("OAUTH2_TOKEN_EXPIRES_IN", {"client_credentials": TOKEN_SECONDS})
    app.config.setdefault("OAUTH2_ACCESS_TOKEN_GENERATOR", _new_token)
    server.init_app(app)
    server.register_grant(ClientCredentials)
    app.before_request(_load_client)


def _new_token(*_: Any, **__: Any) -> str:
    return secrets.token_urlsafe(32)


@blueprint.post("/token")
@allow(Role.PUBLIC)
@transactional
def issue_token() -> ResponseReturnValue:
    """Issue a bearer token to a client; errors as RFC 6749 says."""
    rate.count(f"token:{request.remote_addr}", limit=TOKENS_PER_MINUTE, seconds=60)
    response: ResponseReturnValue = server.create_token_response()
    return response


def _load_client() -> None:
    """Set `g.actor` from a bearer token on API paths; a wrong token is refused at once."""
    if not request.path.startswith("/api/"):
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        return
    if kind.lower() != "bearer":
        raise Unauthenticated("接口只接受 Bearer 令牌。")
    found = queries.find_token(token_hash(token.strip()))
    if found is None or not _is_live(*found):
        raise Unauthenticated("令牌无效或已过期，请重新获取。", code="invalid_token")
    row, client = found
    g.actor = _actor_of(client)
    g.scopes = frozenset(row.scope.split())
    g.api_client_id = client.id


def _actor_of(client: ApiClient) -> Actor:
    """Return for whom a system calls: a bank, or a government office in its own role."""
    if client.department_id is not None:
        return Actor(None, Role.DEPARTMENT, client.department_id, client.name)
    return Actor(None, Role.BANK_CLIENT, client.institution_id, client.name)


def _is_live(token: ApiToken, client: ApiClient) -> bool:
    return (
        token.revoked_at is None
        and token.expires_at > clock.now()
        and client.status is AccountStatus.ACTIVE
    )
