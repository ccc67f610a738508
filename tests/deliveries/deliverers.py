"""A tax office with its clerk and files, firms it knows, and a program that signs."""

import hashlib
import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import parties
from xinyidai.accounts import service as accounts
from xinyidai.accounts.models import Account
from xinyidai.accounts.session import COOKIE
from xinyidai.deliveries import client, queries, service
from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.rules import key_id_of
from xinyidai.deliveries.values import SignedRequest
from xinyidai.institutions.models import Department
from xinyidai.kernel import clock, signing
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.signing import Algorithm, SigningKeyPair
from xinyidai.kernel.uscc import invented

HEAD = "统一社会信用代码,企业名称,税种,欠税金额,公告日期"
A, B = (invented(n) for n in (901, 902))
ROW_A = f"{A},鹰川甲有限公司,增值税,100,2024-01-02"
ROW_B = f"{B},鹰川乙有限公司,增值税,200,2024-01-02"
GOOD = f"{HEAD}\n{ROW_A}\n{ROW_B}\n".encode()
# Headings that nobody has seen yet: the assistant proposes, a clerk confirms.
STRANGE = (
    "单位代码,单位全称,欠的什么税,欠缴数额,哪天公告\n"
    f"{A},鹰川甲有限公司,增值税,100,2024-01-02\n{B},鹰川乙有限公司,增值税,200,2024-01-02\n"
).encode()
HALF_BAD = f"{HEAD}\n{ROW_A}\n{B},鹰川乙有限公司,增值税,-5,2024-01-02\n".encode()
TARGETS = ("@code", "@name", "tax_type", "balance", "announced_on")
KIND = "tax_arrears"


@dataclass
class Town:
    """Everything is committed."""

    app: Flask
    department: Department
    clerk: Account
    officer: Account
    stranger: Account
    auditor: Account
    key: SigningKeyPair = field(
        default_factory=lambda: signing.generate("source", Algorithm.ED25519)
    )

    def client(self, account: Account) -> FlaskClient:
        found = self.app.test_client()
        token = accounts.open_session(account, "测试")
        database.session.commit()
        found.set_cookie(COOKIE, token)
        return found

    def actor(self) -> Actor:
        return self.clerk.as_actor()

    def source(self, code: str = "tax_push") -> UUID:
        """Register a source of the tax office with the town's key."""
        source = service.register_source(self.officer.as_actor(), self.department.id, code)
        raw = self.key.public.raw
        service.add_key(self.officer.as_actor(), source.id, client.base64.b64encode(raw).decode())
        database.session.commit()
        return source.id

    def upload(self, content: bytes = GOOD, name: str = "欠税.csv", kind: str = "") -> Delivery:
        """Deliver a file as the page does, and examine it."""
        own = service.ensure_source(self.department.id)
        claim = service.Claim(name, kind or None)
        delivery = service.upload(self.actor(), own, io.BytesIO(content), claim)
        database.session.commit()
        service.examine(delivery.id)
        database.session.commit()
        return delivery

    def confirmed(self, content: bytes = GOOD, name: str = "欠税.csv") -> Delivery:
        """Deliver a file and confirm what the assistant proposes, if it asks."""
        delivery = self.upload(content, name, KIND)
        if delivery.proposal and delivery.state.value == "awaiting_mapping":
            service.confirm(self.actor(), delivery.id, choice_of(delivery))
            database.session.commit()
        return delivery

    def collected(self, content: bytes = GOOD, name: str = "欠税.csv") -> Delivery:
        """Deliver a file and collect it as the worker does."""
        delivery = self.confirmed(content, name)
        return work(delivery.id)


def work(delivery_id: UUID) -> Delivery:
    """Do what the job does, and return the delivery as it is then."""
    service.work_on(delivery_id)
    database.session.expire_all()
    found = queries.find(delivery_id)
    assert found is not None
    return found


def choice_of(delivery: Delivery, kind: str = KIND, targets: tuple[str, ...] | None = None):
    from xinyidai.deliveries.values import Choice

    proposal = delivery.proposal or {}
    return Choice(kind, targets or service.targets_of(proposal), {})


def build(app: Flask) -> Town:
    """Open the offices, their people and two firms."""
    office = parties.department(code="taxation", name="鹰川市演示税务局")
    other = parties.department(code="court", name="鹰川市演示法院")
    for name, uscc in (("鹰川甲有限公司", A), ("鹰川乙有限公司", B)):
        parties.enterprise(name=name, uscc=uscc)
    town = Town(
        app,
        office,
        parties.account(Role.DEPARTMENT, office),
        parties.account(Role.CREDIT_OFFICE, parties.credit_office()),
        parties.account(Role.DEPARTMENT, other),
        parties.account(Role.AUDITOR, parties.department()),
    )
    database.session.commit()
    return town


def signed(town: Town, content: bytes = GOOD, **changes: str) -> dict[str, str]:
    """Return the headers of a push, with parts changed before they are signed."""
    plain = SignedRequest(
        method="POST",
        path=client.PATH,
        source="tax_push",
        key_id=key_id_of(town.key.public.raw),
        timestamp=str(int(clock.now().timestamp())),
        nonce=client.secrets.token_hex(16),
        content_sha256=hashlib.sha256(content).hexdigest(),
        signature="",
        kind=KIND,
    )
    return client.signed_headers(town.key, replace(plain, **changes))


def files_kept(town: Town) -> int:
    """Count what lies in the store."""
    folder: Path = town.app.extensions["xinyidai.settings"].data / "deliveries"
    return len(list(folder.iterdir())) if folder.is_dir() else 0


class Unwell(RuntimeError):
    """Something that nobody foresaw."""
