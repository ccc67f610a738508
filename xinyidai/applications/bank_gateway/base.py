"""The protocol that every bank's interface fulfils, real or invented."""

from dataclasses import dataclass
from typing import Protocol


class GatewayError(RuntimeError):
    """The bank did not take the announcement; the job is tried again."""


@dataclass(frozen=True)
class Announcement:
    """What a bank is told of a new application; no credit data, which it must look up itself."""

    application_no: str
    uscc: str
    product_code: str
    amount_fen: int
    term_months: int
    submitted_at: str


@dataclass(frozen=True)
class Receipt:
    """The bank's own reference for an announced application."""

    reference: str


class BankGateway(Protocol):
    """A bank's interface."""

    def announce(self, announcement: Announcement) -> Receipt:
        """Tell the bank; telling the same number twice must give the same receipt."""
