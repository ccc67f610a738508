"""What the training commands share: progress, one JSON document, refusals as one sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from xinyidai.kernel.errors import DomainError

REFUSED = 2


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refusal into its sentence on stderr and exit code 2."""
    try:
        yield
    except DomainError as refusal:
        tell(refusal.message)
        for field, problem in refusal.details.get("fields", {}).items():
            tell(f"  {field}：{problem}")
        raise SystemExit(REFUSED) from refusal


def tell(message: str) -> None:
    """Report progress on stderr."""
    click.echo(message, err=True)


def answer(document: dict[str, object]) -> None:
    """Print the one JSON document of a command on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))
