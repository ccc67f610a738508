"""A town of its own for a journey: a database, its staff, and the command line on it."""

import dataclasses
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask

from xinyidai.accounts import service as accounts
from xinyidai.accounts.service import NewAccount
from xinyidai.app import create_app
from xinyidai.institutions import service as institutions
from xinyidai.institutions.service import DepartmentFacts
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import postgres
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.settings import child_environment

CHECKOUT = Path(__file__).parents[2]
PASSWORD = "Kz7!long-enough-pass"
TEMPLATE = "xinyidai_template"
# The entry point itself, once for many commands: starting it takes longer than most of them.
COMMAND_LINE = """
import json, sys
from xinyidai.cli import cli
for line in sys.stdin:
    try:
        cli(json.loads(line), standalone_mode=False)
        code = 0
    except SystemExit as done:
        code = done.code
    print(json.dumps({"exit": code}), flush=True)
"""


@dataclasses.dataclass
class Town:
    """An application on a database of its own, and its command line."""

    app: Flask
    settings: Any
    folder: Path

    def run(self, *commands: str) -> list[tuple[int, str]]:
        """Run commands in turn; return exit code and standard output of each."""
        lines = "".join(json.dumps(shlex.split(command)) + "\n" for command in commands)
        # From a file: without one the engine takes us for a person and draws progress bars.
        program = self.folder / "commands.py"
        program.parent.mkdir(exist_ok=True)
        program.write_text(COMMAND_LINE, encoding="utf-8")
        done = self.shell([sys.executable, str(program)], lines)
        answers: list[tuple[int, str]] = []
        said: list[str] = []
        for line in done.stdout.splitlines():
            if line.startswith('{"exit"'):
                answers.append((json.loads(line)["exit"], "\n".join(said)))
                said = []
            else:
                said.append(line)
        assert len(answers) == len(commands), done.stderr[-2000:]
        return answers

    def shell(self, words: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program on this town's database."""
        environment = child_environment(self.settings) | {"PYTHONPATH": str(CHECKOUT)}
        return subprocess.run(  # noqa: S603 - our own program
            words,
            input=given,
            capture_output=True,
            text=True,
            env=environment,
            cwd=CHECKOUT,
            check=False,
        )


@contextmanager
def a_town(pg: postgres.Server, settings: Any, folder: Path) -> Iterator[Town]:
    name = f"journey_{uuid4().hex[:12]}"
    postgres.create_database(pg, name, template=TEMPLATE)
    own = dataclasses.replace(
        settings,
        data=folder / "data",
        database_url=pg.app_url(name),
        owner_database_url=pg.owner_url(name),
    )
    town = Town(create_app(own, guard=False), own, folder)
    with town.app.app_context():
        with own_transaction():
            _staff()
        try:
            yield town
        finally:
            database.session.remove()
            database.engine.dispose()
    postgres.drop_database(pg, name)


def _staff() -> None:
    facts = DepartmentFacts(
        code="XYB", name="信用办", kind=DepartmentKind.CREDIT_OFFICE, region_code="110000"
    )
    office = institutions.add_department(SYSTEM, facts).id
    for login, role, department in (
        ("keeper", Role.OPERATOR, None),
        ("office", Role.CREDIT_OFFICE, office),
    ):
        person = NewAccount(login, login, role, PASSWORD, department_id=department)
        accounts.open_account(SYSTEM, person)
