"""The explicit list of what is mounted: tables, blueprints, jobs, commands."""

import importlib
from collections.abc import Iterator, Mapping
from typing import cast

import click
from flask import Blueprint

# Every slice with tables; importing them fills the metadata that migrations compare with.
TABLES = (
    "audit",
    "ledger",
    "enterprises",
    "institutions",
    "accounts",
    "notifications",
    "consents",
    "products",
    "credit_records",
    "deliveries",
    "node_exchange",
    "data_quality",
    "declarations",
    "commitments",
    "credit_lists",
    "joint_checks",
    "objections",
    "repairs",
    "profiles",
    "credit_evaluations",
    "scoring",
    "credit_reports",
    "whitelist",
    "matching",
    "joint_results",
    "financing_needs",
    "leads",
    "applications",
    "model_monitoring",
    "matchmaking_events",
    "oversight",
)
ROUTES: tuple[str, ...] = (
    "products",
    "consents",
    "credit_records",
    "deliveries",
    "joint_checks",
    "node_exchange",
    "profiles",
    "scoring",
    "credit_reports",
    "whitelist",
    "joint_results",
    "applications",
    "financing_needs",
    "leads",
    "matchmaking_events",
)
JOBS: tuple[str, ...] = (
    "ledger",
    "accounts",
    "notifications",
    "consents",
    "credit_records",
    "deliveries",
    "credit_lists",
    "joint_checks",
    "declarations",
    "commitments",
    "data_quality",
    "node_exchange",
    "objections",
    "repairs",
    "profiles",
    "credit_evaluations",
    "scoring",
    "credit_reports",
    "products",
    "matching",
    "joint_results",
    "financing_needs",
    "leads",
    "applications",
    "model_monitoring",
    "oversight",
)
# Slices that put entries into the evidence log and can read back what those stand for.
EVIDENCE: Mapping[str, str] = {"consents": "events", "credit_records": "log"}
# Each slice's commands by name; a module is imported only when its command is called, because some
# draw the training libraries in.
COMMANDS: Mapping[str, str] = {
    "account": "accounts",
    "collect": "credit_records",
    "collect-set": "credit_records",
    "deliveries": "deliveries",
    "firms": "enterprises",
    "ledger": "ledger",
    "match": "matching",
    "model": "scoring",
    "node": "node_exchange",
    "oversight": "oversight",
    "products": "products",
    "profile": "profiles",
    "quality": "data_quality",
}


# Modules whose commands a slice above adds to a group of one below it.
ADDED_COMMANDS: Mapping[str, tuple[str, ...]] = {"model": ("model_monitoring.model_commands",)}


def import_tables() -> None:
    """Import every slice's tables."""
    for name in TABLES:
        importlib.import_module(f"xinyidai.{name}.models")


def import_jobs() -> None:
    """Import every slice's jobs, which register themselves."""
    for name in JOBS:
        importlib.import_module(f"xinyidai.{name}.jobs")


def import_evidence() -> None:
    """Import what reads ledger entries back; the modules register themselves."""
    for name, module in EVIDENCE.items():
        importlib.import_module(f"xinyidai.{name}.service.{module}")


def api_blueprints() -> Iterator[Blueprint]:
    """Yield each slice's API blueprint, and the evidence log's, which the web layer holds."""
    for name in ROUTES:
        yield importlib.import_module(f"xinyidai.{name}.routes").blueprint
    yield importlib.import_module("xinyidai.web.ledger_api").blueprint


def find_command(name: str) -> click.Command | None:
    """Import and return the slice's command of this name, or None."""
    if name not in COMMANDS:
        return None
    module = importlib.import_module(f"xinyidai.{COMMANDS[name]}.commands")
    found: click.Command = {command.name: command for command in module.COMMANDS}[name]
    for path in ADDED_COMMANDS.get(name, ()):
        adding = importlib.import_module(f"xinyidai.{path}")
        for command in adding.MODEL_COMMANDS:
            cast("click.Group", found).add_command(command)
    return found
