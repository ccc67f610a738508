"""How often an address may ask for what is public: reading is free, copying the city is not."""

from datetime import timedelta

from xinyidai.kernel import clock, rate
from xinyidai.kernel.errors import TooMany

WINDOWS = ((20, 60), (200, 3600))  # so many queries in so many seconds
SCANS = ((60, 60), (600, 3600))
CHECKS = ((20, 60), (200, 3600))


def count_query(address: str | None) -> None:
    """Count one query by name or code.

    Raises:
        TooMany: with the time from which the address may ask again.

    """
    _count("public_credit", address, WINDOWS)


def count_scan(address: str | None) -> None:
    """Count one scan of a credit code, as `count_query` does."""
    _count("credit_code", address, SCANS)


def count_check(address: str | None) -> None:
    """Count one check of a report, as `count_query` does."""
    _count("verify_report", address, CHECKS)


def _count(what: str, address: str | None, windows: tuple[tuple[int, int], ...]) -> None:
    for limit, seconds in windows:
        try:
            rate.count(f"{what}:{seconds}:{address or ''}", limit=limit, seconds=seconds)
        except TooMany as error:
            again = clock.now() + timedelta(seconds=error.retry_after)
            words = f"查询太频繁，请在 {again:%H:%M:%S} 以后再试（约 {error.retry_after} 秒）。"
            raise TooMany(words, retry_after=error.retry_after) from error
