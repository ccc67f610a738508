"""Fixtures that several files of page tests share."""

from tests.web.bank_city import city, manager, officer

__all__ = ["city", "manager", "officer"]
