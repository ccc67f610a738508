"""Who may knock: every view declares its roles, and the gate refuses the rest."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, request

from xinyidai.kernel.actor import ANONYMOUS, Actor, Role
from xinyidai.kernel.errors import Forbidden, Unauthenticated

P = ParamSpec("P")
R = TypeVar("R")

ROLES_ATTRIBUTE = "__xyd_roles__"


def allow(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare who may call a view; `Role.PUBLIC` means anyone."""
    if not roles:
        raise ValueError("a view without roles is open to nobody")

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, ROLES_ATTRIBUTE, frozenset(roles))
        return view

    return mark


def roles_of(view: Callable[..., object]) -> frozenset[Role]:
    """Return the declared roles, or nobody."""
    roles: frozenset[Role] = getattr(view, ROLES_ATTRIBUTE, frozenset())
    return roles


def mount_gate(app: Flask) -> None:
    """Refuse before the view runs; must be mounted after whatever sets `g.actor`."""
    app.before_request(_gate)


def open_static(app: Flask) -> None:
    """Declare the framework's own static view open to anyone."""
    setattr(app.view_functions["static"], ROLES_ATTRIBUTE, frozenset({Role.PUBLIC}))


def _gate() -> None:
    if request.endpoint is None:
        return
    roles = roles_of(current_app.view_functions[request.endpoint])
    actor: Actor = g.get("actor", ANONYMOUS)
    if Role.PUBLIC in roles or actor.role in roles:
        return
    if actor.role is Role.PUBLIC and roles:
        raise Unauthenticated("请先登录。")
    raise Forbidden("您的账户没有办理这项业务的权限。")
