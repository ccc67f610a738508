"""The banks' side of an application: one protocol, a real and an invented bank behind it."""

from xinyidai.applications.bank_gateway.base import (
    Announcement,
    BankGateway,
    GatewayError,
    Receipt,
)
from xinyidai.applications.bank_gateway.fake import FakeBank
from xinyidai.applications.bank_gateway.http import HttpBank

__all__ = ["Announcement", "BankGateway", "GatewayError", "Receipt", "gateway_for"]

FAKE = "fake"


def gateway_for(address: str | None) -> BankGateway | None:
    """Return the gateway an institution named, or None when its officers work on our pages.

    Raises `GatewayError` for an address of an unknown form.
    """
    if address is None:
        return None
    if address == FAKE:
        return FakeBank()
    if address.startswith(("https://", "http://127.0.0.1:")):
        return HttpBank(address)
    raise GatewayError(f"unknown gateway address: {address}")
