"""A bank's interface over HTTP: a JSON body out, a JSON receipt back."""

import json
from dataclasses import asdict
from urllib.error import URLError
from urllib.request import Request, urlopen

from xinyidai.applications.bank_gateway.base import Announcement, GatewayError, Receipt

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 64 * 1024


class HttpBank:
    """Announces by POST; the application number is the idempotency key."""

    def __init__(self, address: str) -> None:
        """Keep the bank's address."""
        self.address = address

    def announce(self, announcement: Announcement) -> Receipt:
        """Post the announcement; anything but a receipt raises `GatewayError`."""
        request = Request(  # noqa: S310 - gateway_for lets only https and loopback through
            self.address,
            data=json.dumps(asdict(announcement), ensure_ascii=False).encode(),
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": announcement.application_no,
            },
            method="POST",
        )
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                body = json.loads(answer.read(LARGEST_ANSWER))
        except (URLError, TimeoutError, ValueError) as error:
            raise GatewayError("the bank gave no receipt") from error
        reference = body.get("reference") if isinstance(body, dict) else None
        if not isinstance(reference, str) or not reference:
            raise GatewayError("the bank's receipt has no reference")
        return Receipt(reference=reference[:200])
