"""What can be verified of a checkout from its files alone: `python -m xinyidai.kernel.checks`.

No server is started and nothing of the product is imported but the settings, so a broken module
is named here before it is met elsewhere. One line for each check; exit code 1 when one fails.
"""

import ast
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml

from xinyidai.kernel.settings import PACKAGE

CHECKOUT = PACKAGE.parent
# A kind of module, and the tuple in slices.py that must name every slice with one.
LISTS = {"models": "TABLES", "routes": "ROUTES", "jobs": "JOBS", "commands": "COMMANDS"}
# Not slices: the kernel's queue and readiness, and the seeds, whose commands cli.py mounts itself.
NOT_SLICES = frozenset({"kernel", "seeds"})


def migration_faults(checkout: Path) -> Iterator[str]:
    """Yield what is wrong with numbers, order and head file of the migrations."""
    folder = checkout / "migrations"
    previous = None
    files = sorted((folder / "versions").glob("*.py"))
    for position, path in enumerate(files, start=1):
        number = f"{position:04d}"
        names = _assigned(path)
        if not path.name.startswith(f"{number}_"):
            yield f"{path.name} should be number {number}"
        if names.get("revision") != number:
            yield f"{path.name} calls itself {names.get('revision')!r}"
        if names.get("down_revision") != previous:
            yield f"{path.name} follows {names.get('down_revision')!r}, not {previous!r}"
        previous = number
    head = (folder / ".current-alembic-head").read_text(encoding="utf-8").strip()
    if head != previous:
        yield f".current-alembic-head says {head!r}, the last migration is {previous!r}"


def slice_faults(checkout: Path) -> Iterator[str]:
    """Yield each slice with tables, routes, jobs or commands that slices.py does not list."""
    package = checkout / "xinyidai"
    lists = _assigned(package / "slices.py")
    for module, name in LISTS.items():
        found = {path.parent.name for path in package.glob(f"*/{module}.py")} - NOT_SLICES
        named = lists.get(name)
        # Commands are listed by their names, each with its slice.
        slices = named.values() if isinstance(named, dict) else named
        listed = set(slices) if isinstance(slices, Iterable) else set()
        yield from (f"{name} lacks {slice_}" for slice_ in sorted(found - listed))
        yield from (f"{name} lists {slice_}, which has none" for slice_ in sorted(listed - found))


def lock_faults(checkout: Path) -> Iterator[str]:
    """Yield lock files that name a host or hold a requirement without a hash."""
    for path in sorted(checkout.glob("*.lock")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if any("http:" in line or "https:" in line for line in lines):
            yield f"{path.name} names a host"
        pins = sum("==" in line for line in lines)
        if not pins or any(_is_bare(lines, at) for at in range(len(lines))):
            yield f"{path.name} has a requirement without a hash"


def notebook_faults(checkout: Path) -> Iterator[str]:
    """Yield notebooks that carry outputs or execution counts."""
    for path in sorted((checkout / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
            yield f"{path.name} carries output; run nbstripout on it"


def yaml_faults(checkout: Path) -> Iterator[str]:
    """Yield YAML files of the product and of the model specifications that do not parse."""
    folders = (checkout / "xinyidai", checkout / "models")
    for path in sorted(path for folder in folders for path in folder.rglob("*.yaml")):
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            yield f"{path.relative_to(checkout)}: {error}"
            continue
        if not document:
            yield f"{path.relative_to(checkout)} is empty"


CHECKS: dict[str, Callable[[Path], Iterator[str]]] = {
    "migrations are numbered, in a row, and the head file agrees": migration_faults,
    "slices.py lists every slice's tables, routes, jobs and commands": slice_faults,
    "lock files name no host and hash every file": lock_faults,
    "notebooks carry no output": notebook_faults,
    "every YAML file parses": yaml_faults,
}


def main(checkout: Path = CHECKOUT) -> int:
    """Run every check on a checkout; return the exit code."""
    if not (checkout / "pyproject.toml").is_file():
        sys.stdout.write(f"failed  {checkout} is no checkout: run this beside pyproject.toml\n")
        return 1
    failed = False
    for title, check in CHECKS.items():
        faults = list(check(checkout))
        failed = failed or bool(faults)
        sys.stdout.write(f"{'failed' if faults else 'ok    '}  {title}\n")
        sys.stdout.writelines(f"          {fault}\n" for fault in faults)
    return int(failed)


def _assigned(path: Path) -> dict[str, object]:
    """Return the literals that a module assigns to plain names."""
    found: dict[str, object] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            targets, value = [node.target], node.value
        elif isinstance(node, ast.Assign):
            targets = [target for target in node.targets if isinstance(target, ast.Name)]
            value = node.value
        else:
            continue
        if isinstance(value, ast.Constant | ast.Tuple | ast.Dict):
            found.update((target.id, ast.literal_eval(value)) for target in targets)
    return found


def _is_bare(lines: list[str], at: int) -> bool:
    """Tell whether the line opens a requirement that no hash follows."""
    line = lines[at]
    if not line or line.startswith((" ", "#", "-")):
        return False
    return not line.rstrip().endswith("\\") or "--hash=sha256:" not in lines[at + 1]


if __name__ == "__main__":
    sys.exit(main())
