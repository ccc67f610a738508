"""Every role of world A knocks at every route with objects of world B, in every way there is.

Built from the URL map. An answer leaks when it carries a mark of B, when an address that names an
object of B opens at all, or when afterwards a row of B is changed or gone.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from werkzeug.routing import Rule

from tests.gate.routes_table import KINDS, LETTERS, SHARED, TABLE, Entry
from tests.gate.twins import CITY_WIDE, World
from xinyidai.kernel import clock
from xinyidai.kernel.access import roles_of

ROLES = "*EBPCGDOAS"
CLOSED = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422, 429})
WRONG_METHODS = ("PUT", "PATCH", "DELETE")
# Signing out would only end the knocking.
NOT_KNOCKED = frozenset({"sign_in.leave"})
# Where a row that names an object of B may appear without B's doing: logs and what A asks for.
# Tables in which nobody of A may make a row that names B's firm or authorization.
B_ALONE = (
    "loan_application",
    "financing_need",
    "objection",
    "repair",
    "declaration",
    "declaration_file",
    "commitment",
    "commitment_file",
    "look_batch_row",
    "joint_result",
    "joint_run_row",
    "credit.disclosure_snapshot",
)


@dataclass(frozen=True)
class Knock:
    """One attempt; `swapped` says whose ids stand in the address."""

    role: str
    method: str
    rule: Rule
    swapped: str

    @property
    def entry(self) -> Entry:
        return TABLE[self.rule.endpoint]


@dataclass
class Findings:
    """What was tried and what leaked."""

    attempts: int = 0
    leaks: list[str] = field(default_factory=list)
    opened: int = 0


def gaps(app: Flask) -> list[str]:
    """Return the routes without a line, lines without a route, and lines that name other roles."""
    found = []
    endpoints = set()
    for rule in app.url_map.iter_rules():
        endpoints.add(rule.endpoint)
        entry = TABLE.get(rule.endpoint)
        roles = "".join(sorted(LETTERS[r] for r in roles_of(app.view_functions[rule.endpoint])))
        if entry is None:
            found.append(f"{rule.endpoint} ({rule.rule}, {roles}) has no line in routes_table.py")
        elif entry.roles != roles:
            found.append(f"{rule.endpoint}: the view lets {roles} in, the table says {entry.roles}")
        else:
            found += [
                f"{rule.endpoint}: nobody said what {name} names"
                for name in rule.arguments
                if name not in entry.kinds and name not in KINDS and not _words(rule, name)
            ]
    return found + [f"{name} is in the table, but is no route" for name in TABLE.keys() - endpoints]


def knocks(app: Flask) -> list[Knock]:
    """Return every attempt: all roles, all routes, all methods, ids of B, of both, and mixed up."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in NOT_KNOCKED:
            continue
        declared = sorted(rule.methods - {"HEAD", "OPTIONS"})
        for role in ROLES:
            found += [
                Knock(role, method, rule, swapped)
                for method in declared
                for swapped in ("theirs", "ours", "mixed")
                if rule.arguments or swapped == "theirs"
            ]
        found += [
            Knock(role, method, rule, "theirs")
            for role in ROLES
            for method in WRONG_METHODS
            if method not in declared
        ]
    return found


def sample(everything: Sequence[Knock], count: int, seed: int = 5) -> list[Knock]:
    """Return all that come through the gate of roles, and so many of the rest."""
    through = [knock for knock in everything if _comes_in(knock)]
    rest = [knock for knock in everything if not _comes_in(knock)]
    dice = random.Random(seed)  # noqa: S311 - a repeatable choice
    return through + dice.sample(rest, max(0, min(len(rest), count - len(through))))


def _comes_in(knock: Knock) -> bool:
    return knock.role in knock.entry.roles and knock.method not in WRONG_METHODS


class Intruder:
    """Knocks as the roles of world A and looks for world B in the answers."""

    def __init__(self, app: Flask, ours: World, theirs: World, admin_url: str) -> None:
        self.app, self.ours, self.theirs = app, ours, theirs
        self.findings = Findings()
        self.admin: Engine = create_engine(admin_url)
        self.clients: dict[str, FlaskClient] = {}

    def run(self, attempts: Sequence[Knock]) -> Findings:
        """Make all attempts, role by role; compare B's rows after each role."""
        for role in ROLES:
            mine = [knock for knock in attempts if knock.role == role]
            before = self._rows()
            made = self._made()
            self.clients[role] = self.ours.client(self.app, role)
            for knock in mine:
                self._knock(knock)
            self._compare(role, before, self._rows())
            if self._made() != made:
                self.findings.leaks.append(
                    f"{role} made rows that name objects of B: {self._made()}"
                )
        self.admin.dispose()
        return self.findings

    def own_doors_open(self) -> list[str]:
        """Return where B's own people meet their own marks: the marks are there to be found."""
        found = []
        for rule in self.app.url_map.iter_rules():
            entry = TABLE[rule.endpoint]
            if "GET" not in rule.methods or "*" in entry.roles:
                continue
            role = next(r for r in ROLES if r in entry.roles)
            client = self.theirs.client(self.app, role)
            path = self._path(Knock(role, "GET", rule, "theirs"), self.theirs)
            answer = client.get(path, headers=self.theirs.headers(role))
            if answer.status_code == 200 and self.theirs.private in _text(answer):
                found.append(rule.endpoint)
        return found

    def _knock(self, knock: Knock) -> None:
        answer = self._send(knock)
        if knock.role in self.ours.cookies and _asks_to_sign_in(answer):
            self.ours.sign_in(knock.role)  # an earlier knock ended the session; that is allowed
            self.clients[knock.role] = self.ours.client(self.app, knock.role)
            answer = self._send(knock)
        self.findings.attempts += 1
        if answer.status_code < 300:
            self.findings.opened += 1
        if leak := self._leak(knock, answer):
            self.findings.leaks.append(f"{knock.role} {knock.method} {answer.request.path}: {leak}")

    def _send(self, knock: Knock) -> Any:
        client, path = self.clients[knock.role], self._path(knock, self._whose(knock))
        more: dict[str, Any] = {"headers": self.ours.headers(knock.role)}
        if path.startswith("/api/") and knock.method != "GET":
            more["json"] = self._body()
        elif knock.method == "GET":
            more["query_string"] = self._fields()
        else:
            more["data"] = self._fields()
        return client.open(path, method=knock.method, **more)

    def _whose(self, knock: Knock) -> World:
        return self.ours if knock.swapped == "ours" else self.theirs

    def _path(self, knock: Knock, world: World) -> str:
        """Return the address; in a mixed one each id is one of another kind of B's objects."""
        values = {}
        others = [value for value in world.ids.values() if isinstance(value, UUID)]
        for name in knock.rule.arguments:
            words = _words(knock.rule, name)
            kind = knock.entry.kinds.get(name) or KINDS.get(name, "")
            if words:
                values[name] = words[0]
            elif kind.startswith("word:"):
                values[name] = kind.removeprefix("word:")
            elif knock.swapped == "mixed" and kind != "consent_no":
                values[name] = others[_number(knock) % len(others)]
            else:
                values[name] = world.ids.get(kind, uuid4())
        built = knock.rule.build(values, append_unknown=False)
        assert built is not None, knock.rule
        return built[1]

    def _leak(self, knock: Knock, answer: Any) -> str:
        status, body = answer.status_code, _text(answer)
        if status >= 500 and knock.rule.rule != "/readyz":  # no worker runs here
            return f"status {status}"
        handles = knock.entry.handles and knock.role in CITY_WIDE
        marks = [] if handles else [self.theirs.secret]
        if knock.role not in CITY_WIDE:
            marks.append(self.theirs.private)
            marks += [] if knock.entry.names else [self.theirs.name]
            marks += [] if knock.entry.staff else [self.theirs.staff]
        found = [mark for mark in marks if mark in body or mark in str(answer.headers)]
        if found:
            return f"status {status} shows {found}"
        return self._opens(knock, status, answer)

    def _opens(self, knock: Knock, status: int, answer: Any) -> str:
        """Say whether an address that names an object of B opened to a party of A."""
        kinds = {knock.entry.kinds.get(n) or KINDS.get(n, "") for n in knock.rule.arguments}
        kinds = {kind for kind in kinds if kind and not kind.startswith("word:")} - SHARED
        foreign = kinds and knock.swapped == "theirs" and knock.role not in CITY_WIDE
        if not foreign or status in CLOSED:
            return ""
        if _asks_to_sign_in(answer):
            return ""
        return f"status {status} for {kinds} of another world"

    def _fields(self) -> dict[str, Any]:
        ids = {name: str(value) for name, value in self.theirs.ids.items()}
        return FILLING | {
            "valid_until": (clock.today() + timedelta(days=20)).isoformat(),
            "consent_id": ids["consent"],
            "enterprise_id": ids["firm"],
            "enterprise": ids["firm"],
            "institution_id": ids["bank"],
            "institution": ids["bank"],
            "bank": ids["bank"],
            "product": ids["product"],
            "product_id": ids["product"],
            "version_id": ids["version"],
            "application_id": ids["application"],
            "snapshot_id": ids["snapshot"],
            "event_id": ids["look"],
            "entry_id": ids["entry"],
            "account_id": ids["account"],
            "officer": ids["account"],
            "officer_account_id": ids["account"],
            "message_id": ids["message"],
            "need_id": ids["need"],
            "batch_id": ids["batch"],
            "attended": ids["look"],
            "uscc": self.theirs.uscc,
            "q": self.theirs.uscc,
            "key": uuid4().hex,
            "request_key": str(uuid4()),
            "no": str(self.theirs.ids["consent_no"]),
        }

    def _body(self) -> dict[str, Any]:
        """Return a body of the API; unknown fields make it answer 422, so there are few."""
        ids = self.theirs.ids
        return {
            "consent_id": str(ids["consent"]),
            "uscc": self.theirs.uscc,
            "purpose": "pre_loan",
        }

    def _rows(self) -> dict[str, set[str]]:
        """Return digests of all rows that name an object of B, by table."""
        shared = {self.theirs.ids[kind] for kind in SHARED & self.theirs.ids.keys()}
        ids = "|".join(str(value) for value in set(self.theirs.ids.values()) - shared)
        rows: dict[str, set[str]] = {}
        with self.admin.connect() as connection:
            for table in _tables(connection):
                found = connection.execute(
                    text(f"select t::text from {table} t where t::text ~ :ids"),  # noqa: S608
                    {"ids": ids},
                )
                rows[table] = {_digest(row[0]) for row in found}
        return rows

    def _made(self) -> dict[str, int]:
        pattern = "|".join(str(self.theirs.ids[kind]) for kind in ("firm", "consent"))
        with self.admin.connect() as connection:
            return {
                table: connection.execute(
                    text(f"select count(*) from {table} t where t::text ~ :ids"),  # noqa: S608
                    {"ids": pattern},
                ).scalar_one()
                for table in B_ALONE
            }

    def _compare(self, role: str, before: dict[str, set[str]], after: dict[str, set[str]]) -> None:
        for table, rows in before.items():
            own_office = role in CITY_WIDE and table not in {"consent", "credit.credit_record"}
            if not own_office and not table.endswith(UNWATCHED) and (gone := rows - after[table]):
                self.findings.leaks.append(f"{role} changed {len(gone)} rows of B in {table}")


# A public event's own row counts its guests, and jobs take their own rows; neither is B's.
UNWATCHED = ("matchmaking_event", "procrastinate_jobs", "auth_session")
FILLING = {
    "purpose": "pre_loan",
    "item_codes": ["tax", "judicial"],
    "valid_days": "20",
    "range_months": "6",
    "max_uses": "1",
    "data_life_days": "10",
    "mode": "view",
    "reason": "不再需要",
    "reasons": "insufficient_turnover",
    "note": "补充材料",
    "identity": "张演示，法定代表人，核对身份证",
    "question": "请补充完税证明",
    "amount": "50",
    "term_months": "12",
    "loan_purpose": "采购钢材",
    "contact_name": "演示",
    "contact_phone": "19900000008",
    "list_type": "small_micro_coordination",
    "basis": "经营正常",
    "do": "list",
    "action": "list",
    "state": "closed",
    "conclusion": "已核实",
    "verdict": "ok",
    "wish": "one",
    "rule": "two",
    "month": "2026-10",
    "code": "0" * 16,
    "next": "/enterprise",
    "everywhere": "",
}


def _tables(connection: Any) -> Iterator[str]:
    statement = text(
        "select schemaname || '.' || tablename from pg_tables"
        " where schemaname in ('public', 'credit') order by 1"
    )
    for name in connection.execute(statement).scalars():
        yield name.removeprefix("public.")


def _asks_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and "/sign-in" in answer.location


def _text(answer: Any) -> str:
    """Return the body as text, also of a PDF or a font: marks are plain ASCII."""
    return str(answer.get_data().decode("latin-1"))


def _words(rule: Rule, name: str) -> list[str]:
    return sorted(getattr(rule._converters[name], "items", ()))


def _number(knock: Knock) -> int:
    return int(re.sub(r"\D", "", _digest(str(knock)))[:6] or "0")


def _digest(words: str) -> str:
    return md5(words.encode(), usedforsecurity=False).hexdigest()
