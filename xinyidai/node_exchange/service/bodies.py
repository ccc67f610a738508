"""The bytes of packages, kept behind the door for as long as they may have to be sent again."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select

from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel import clock
from xinyidai.kernel.errors import NotFound
from xinyidai.node_exchange.models import ExchangeBody

EXCHANGE = Aperture(platform_run="node_exchange")
KEPT = timedelta(days=90)


def keep(body_id: UUID, body: bytes) -> None:
    """Keep the bytes of a package, or of a refused one under the error's id."""
    with door.with_door(EXCHANGE) as connection:
        connection.execute(insert(ExchangeBody).values(id=body_id, body=body, kept_at=clock.now()))


def read(body_id: UUID) -> bytes:
    """Return the bytes.

    Raises:
        NotFound: they were erased, or never kept.

    """
    rows = door.read(EXCHANGE, select(ExchangeBody.body).where(ExchangeBody.id == body_id))
    if not rows:
        raise NotFound("包的内容已过保存期，请对方重新导出。")
    return bytes(rows[0].body)


def erase(body_id: UUID) -> None:
    """Erase the bytes of one package."""
    with door.with_door(EXCHANGE) as connection:
        connection.execute(delete(ExchangeBody).where(ExchangeBody.id == body_id))


def forget_old() -> None:
    """Erase what has been kept for longer than ninety days."""
    with door.with_door(EXCHANGE) as connection:
        connection.execute(delete(ExchangeBody).where(ExchangeBody.kept_at < clock.now() - KEPT))
