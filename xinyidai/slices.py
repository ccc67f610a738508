"""The explicit list of what is mounted: tables, blueprints, jobs, commands."""

import importlib
from collections.abc import Iterator

import click
from flask import Blueprint

# Every slice with tables; importing them fills the metadata that migrations compare with.
TABLES = (
    "audit",
    "enterprises",
    "institutions",
    "accounts",
    "consents",
    "products",
    "credit_records",
    "profiles",
    "scoring",
    "whitelist",
    "matching",
    "applications",
    "matchmaking_events",
)
ROUTES: tuple[str, ...] = (
    "products",
    "consents",
    "credit_records",
    "scoring",
    "whitelist",
    "applications",
    "matchmaking_events",
)
JOBS: tuple[str, ...] = (
    "credit_records",
    "profiles",
    "scoring",
    "matching",
    "applications",
)
COMMANDS: tuple[str, ...] = (
    "accounts",
    "credit_records",
    "matching",
    "products",
    "profiles",
    "scoring",
)


def import_tables() -> None:
    """Import every slice's tables."""
    for name in TABLES:
        importlib.import_module(f"xinyidai.{name}.models")


def import_jobs() -> None:
    """Import every slice's jobs, which register themselves."""
    for name in JOBS:
        importlib.import_module(f"xinyidai.{name}.jobs")


def api_blueprints() -> Iterator[Blueprint]:
    """Yield each slice's API blueprint."""
    for name in ROUTES:
        yield importlib.import_module(f"xinyidai.{name}.routes").blueprint


def commands() -> Iterator[click.Command]:
    """Yield each slice's commands."""
    for name in COMMANDS:
        yield from importlib.import_module(f"xinyidai.{name}.commands").COMMANDS
