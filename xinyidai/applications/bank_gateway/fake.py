"""An invented bank for demo and tests; its references say that it is one."""

import hashlib

from xinyidai.applications.bank_gateway.base import Announcement, Receipt


class FakeBank:
    """Answers every announcement with a reference derived from the number, 演示银行."""

    def announce(self, announcement: Announcement) -> Receipt:
        """Return the same reference for the same application, as the protocol asks."""
        digest = hashlib.sha256(announcement.application_no.encode()).hexdigest()[:10].upper()
        return Receipt(reference=f"演示-{digest}")
