"""Use cases of node exchange: register, build, send, receive, replay, read."""

from xinyidai.node_exchange.service import bodies, files
from xinyidai.node_exchange.service.beating import beat_all, hear, make_heartbeat, pull
from xinyidai.node_exchange.service.building import build_all, build_next, build_round, restart
from xinyidai.node_exchange.service.identity import own_verifier, require_self, set_self, sign
from xinyidai.node_exchange.service.reading import (
    PUBLISHED,
    LinkRow,
    Overview,
    list_errors,
    list_flows,
    list_packages,
    list_published,
    overview,
    read_link,
    read_package,
)
from xinyidai.node_exchange.service.receiving import Outcome, receive
from xinyidai.node_exchange.service.registry import (
    actions_of,
    activate_node,
    add_mapping,
    approve_node,
    end_node,
    propose_node,
    revise_node,
    suspend_node,
)
from xinyidai.node_exchange.service.replaying import close_error, replay
from xinyidai.node_exchange.service.sending import send_waiting
from xinyidai.node_exchange.service.telling import watch

__all__ = [
    "PUBLISHED",
    "LinkRow",
    "Outcome",
    "Overview",
    "actions_of",
    "activate_node",
    "add_mapping",
    "approve_node",
    "beat_all",
    "bodies",
    "build_all",
    "build_next",
    "build_round",
    "close_error",
    "end_node",
    "files",
    "hear",
    "list_errors",
    "list_flows",
    "list_packages",
    "list_published",
    "make_heartbeat",
    "overview",
    "own_verifier",
    "propose_node",
    "pull",
    "read_link",
    "read_package",
    "receive",
    "replay",
    "require_self",
    "restart",
    "revise_node",
    "send_waiting",
    "set_self",
    "sign",
    "suspend_node",
    "watch",
]
