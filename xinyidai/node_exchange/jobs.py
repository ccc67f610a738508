"""Jobs of node exchange."""

from uuid import UUID

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job
from xinyidai.node_exchange import service


@job("node_exchange.build", cron="*/5 * * * *")
def build() -> None:
    """Every five minutes: make packages of what has changed, for every link in use."""
    service.build_all(SYSTEM)


@job("node_exchange.send")
def send(node_id: str) -> None:
    """Send what waits for a node, in order."""
    service.send_waiting(UUID(node_id))


@job("node_exchange.heartbeat", cron="*/5 * * * *")
def heartbeat() -> None:
    """Every five minutes: tell every peer that we live, and fetch what it keeps for us."""
    service.beat_all()


@job("node_exchange.watch", cron="15 * * * *")
def watch() -> None:
    """Every hour: tell the office of silent links and ending agreements."""
    service.watch()


@job("node_exchange.forget", cron="50 3 * * *")
def forget() -> None:
    """Every night: erase the bytes of packages that are older than ninety days."""
    service.bodies.forget_old()
