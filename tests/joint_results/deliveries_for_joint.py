"""Deliver a tax payment, so that an indicator has a value that can be recognised anywhere."""

from datetime import timedelta
from hashlib import sha256
from itertools import count

from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM

numbers = count(1)


def tax_paid(firm: Enterprise, amount_fen: int) -> None:
    """Deliver one tax payment of last month."""
    day = clock.today().replace(day=1) - timedelta(days=10)
    batch = write.open_batch(
        SYSTEM,
        source="taxation",
        kind="tax_payment",
        file_name="t.csv",
        sha256=sha256(str(next(numbers)).encode()).hexdigest(),
    )
    row = NewRecord(
        enterprise_id=firm.id,
        kind="tax_payment",
        source="taxation",
        natural_key=f"{firm.id}-{next(numbers)}",
        occurred_on=day,
        amount_fen=amount_fen,
        content={"tax_type": "增值税", "amount": amount_fen},
    )
    counts = write.add_records(batch.id, [row])
    write.close_batch(SYSTEM, batch.id, BatchCounts(1, counts.inserted, 0, 0))
