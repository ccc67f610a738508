"""The whole application keeps the house rules."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from xinyidai import slices

CHECKOUT = Path(__file__).parents[2]
ROOT = CHECKOUT / "xinyidai"
# The catalogue is data above audit: like the kernel, all of it may be read.
OPEN = {"kernel", "catalogue"}
# `openings`: where a slice registers how its ledger entries are read back (ADR 0017).
# `list_queries`: the statements on records that lists rest on, apart for `queries` being long.
# `priority_queries`: who is served first, which two slices ask in their own statements (ADR 0036).
DOORS = {"service", "queries", "list_queries", "values", "models", "openings"}
DOORS |= {"priority_queries"}
# Plain Python without a database: what a use case is called with, and how a value is shown.
PURE = {"rules", "lifecycle", "presentation", "reference", "size_table", "merkle", "notes"}
# What every API route is made of stands in accounts, beside the tokens it checks (ADR 0002).
ROUTE_TOOLS = {"scopes", "schemas"}
# Named exceptions, each with its reason (ADR 0002).
EXCEPTIONS = {
    ("web/sign_in.py", "xinyidai.accounts.session"): "the cookie is set where one signs in",
    ("web/ledger_api.py", "xinyidai.accounts.scopes"): "the log's API; its slice is below accounts",
    ("app.py", "xinyidai.accounts.session"): "mounted before the gate",
    ("model_monitoring/", "xinyidai.scoring.validation"): "drift has one set of formulas",
    ("seeds/", "xinyidai.profiles.engine_duckdb"): "past loans use the indicators' own engine",
    ("seeds/", "xinyidai.profiles.formulas"): "past loans use the indicators' own engine",
    ("seeds/", "xinyidai.credit_records.collecting"): "the city's files come in as files do",
    ("deliveries/", "xinyidai.credit_records.collecting"): "what a delivery is collected with",
    ("seeds/", "xinyidai.node_exchange.packaging"): "invented neighbours write packages themselves",
    ("seeds/", "xinyidai.node_exchange.unpacking"): "how large a package may be",
    ("seeds/", "xinyidai.scoring.artefacts"): "the city registers the models that come along",
    ("seeds/", "xinyidai.scoring.training"): "the demonstration model is trained by its command",
    ("web/", "xinyidai.matching.ranking"): "the public ranking rule is shown on the page",
    ("web/", "xinyidai.matching.ranking_rules"): "its versions are shown beside it",
}
COMMITTERS = {ROOT / "kernel" / "db.py"}
READ_ONLY = {"GET", "HEAD", "OPTIONS"}
LONGEST_FILE = 400


def _modules() -> list[Path]:
    return [path for path in ROOT.rglob("*.py") if "_shipped" not in path.parts]


def _trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in _modules():
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_every_endpoint_declares_its_roles(app: Flask) -> None:
    undeclared = [
        name for name, view in app.view_functions.items() if not hasattr(view, "__xyd_roles__")
    ]
    assert undeclared == []


def test_get_never_writes(app: Flask) -> None:
    read_only = [rule.endpoint for rule in app.url_map.iter_rules() if rule.methods <= READ_ONLY]
    views = [(endpoint, app.view_functions[endpoint]) for endpoint in read_only]
    assert [name for name, view in views if hasattr(view, "__xyd_transactional__")] == []


def test_only_the_kernel_ends_a_transaction() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in _trees()
        if path not in COMMITTERS
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]
    assert found == []


def test_only_services_assign_a_state() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in _trees()
        if "service" not in {path.stem, path.parent.name}
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]
    assert found == []


def test_slices_meet_only_at_their_doors() -> None:
    trespasses = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, tree in _trees()
        if len(path.relative_to(ROOT).parts) > 1
        for name in _imports(tree)
        if _trespasses(path, name)
    ]
    assert trespasses == []


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _trespasses(path: Path, name: str) -> bool:
    home = path.relative_to(ROOT).parts[0]
    parts = name.split(".")
    if parts[0] != "xinyidai" or len(parts) < 3 or parts[1] in {home, *OPEN}:
        return False
    where, what = str(path.relative_to(ROOT)), ".".join(parts[:3])
    if any(where.startswith(place) and what == door for place, door in EXCEPTIONS):
        return False
    doors = DOORS | PURE | (ROUTE_TOOLS if path.stem in {"schemas", "routes"} else set())
    return parts[2] not in doors


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_stays_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_every_slice_stands_on_the_map() -> None:
    text = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    assert [name for name in packages if f"`{name}`" not in text] == []


def test_every_setting_is_in_the_example() -> None:
    source = (ROOT / "kernel" / "settings.py").read_text(encoding="utf-8")
    named = {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("XINYIDAI_")
        and node.value.replace("_", "").isalnum()
    }
    example = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in sorted(named) if f"{name}=" not in example] == []


def test_everything_with_jobs_routes_or_tables_is_mounted() -> None:
    def holding(module: str) -> set[str]:
        return {path.parent.name for path in ROOT.glob(f"*/{module}.py")}

    assert holding("models") - {"seeds"} == set(slices.TABLES)
    assert holding("jobs") - {"kernel"} == set(slices.JOBS)
    assert holding("routes") == set(slices.ROUTES)
    assert holding("commands") - {"seeds"} == set(slices.COMMANDS.values())
    assert all(slices.find_command(name) for name in slices.COMMANDS)


def test_jobs_are_protected_by_name() -> None:
    contracts = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert [name for name in slices.JOBS if f'"xinyidai.{name}.jobs"' not in contracts] == []


def test_every_job_name_that_is_enqueued_exists(app: Flask) -> None:
    from xinyidai.kernel import jobs

    enqueued = {
        node.args[0].value
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "enqueue"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert enqueued <= jobs.names()
    assert "applications.deliver_submission" in enqueued


def test_migrations_are_numbered_and_the_head_file_agrees() -> None:
    files = sorted(path.name for path in (CHECKOUT / "migrations" / "versions").glob("*.py"))
    numbers = [int(name[:4]) for name in files]
    head = (CHECKOUT / "migrations" / ".current-alembic-head").read_text("utf-8").strip()
    assert numbers == list(range(1, len(files) + 1))
    assert head == files[-1][:4]


def test_no_lock_or_setting_names_a_host() -> None:
    named = [*CHECKOUT.glob("*.lock"), CHECKOUT / "pyproject.toml"]
    assert [path.name for path in named if "://" in path.read_text(encoding="utf-8")] == []


def test_no_module_speaks_of_a_folder_of_this_machine() -> None:
    private = re.compile(r"/(?:root|home|work)/")
    found = [path for path in _modules() if private.search(path.read_text(encoding="utf-8"))]
    assert found == []
