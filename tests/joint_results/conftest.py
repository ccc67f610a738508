"""A bank with a model in use, firms that authorized results only, and a credit office."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.factories import parties
from tests.joint_results.deliveries_for_joint import tax_paid
from tests.joint_results.documents_for_joint import card, raw
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.enterprises.models import Enterprise
from xinyidai.joint_results import service
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db


class Desk:
    """What a test of joint results needs; `commit` decides whether others may see it."""

    def __init__(self, *, commit: bool) -> None:
        self.is_live = commit
        self.bank = parties.institution()
        self.office = parties.credit_office()
        self.officer_account = parties.account(Role.BANK_OFFICER, self.bank)
        self.manager_account = parties.account(Role.BANK_PRODUCT_MANAGER, self.bank)
        self.clerk_account = parties.account(Role.CREDIT_OFFICE, self.office)
        self.officer = self.officer_account.as_actor()
        self.manager = self.manager_account.as_actor()
        self.clerk = self.clerk_account.as_actor()
        self.bosses: dict[UUID, Actor] = {}
        self.save()

    def save(self) -> None:
        """Commit in a live database; only flush in one that is rolled back."""
        if self.is_live:
            db.session.commit()
        else:
            db.session.flush()

    def draft(self, document: dict[str, Any] | None = None) -> JointModelVersion:
        return service.upload(self.manager, raw(document or card()))

    def active(self, document: dict[str, Any] | None = None) -> JointModelVersion:
        """Return a version handed in, approved by the office, and put in use."""
        version = self.draft(document)
        service.submit(self.manager, version.id)
        service.approve(self.clerk, version.id, "输入和结果档符合用途，同意。")
        service.activate(self.manager, version.id)
        self.save()
        return version

    def firm(self, **changes: Any) -> Enterprise:
        firm = parties.enterprise(**changes)
        self.bosses[firm.id] = parties.boss_of(firm)
        return firm

    def consent(self, firm: Enterprise | None = None, **changes: Any) -> Consent:
        firm = firm or self.firm()
        today = clock.today()
        facts: dict[str, Any] = {
            "enterprise_id": firm.id,
            "institution_id": self.bank.id,
            "purpose": "pre_loan",
            "item_codes": ["registration", "tax"],
            "valid_until": today + timedelta(days=30),
            "data_from": today - timedelta(days=730),
            "data_life_days": 30,
            "max_uses": 3,
            "mode": ConsentMode.RESULT,
        }
        draft = ConsentDraft(**{**facts, **changes})
        [made] = consents.grant_directly(self.bosses[firm.id], [draft])
        self.save()
        return made

    def tax_paid(self, firm: Enterprise, amount_fen: int) -> None:
        """Deliver one tax payment of last month."""
        tax_paid(firm, amount_fen)
        self.save()

    def run(self, version: JointModelVersion) -> UUID:
        """Order a run and do it, as the worker would."""
        run_id = uuid4()
        service.order_run(self.officer, run_id, version.id)
        self.save()
        service.run_all(run_id)
        return run_id

    def revoke(self, consent: Consent) -> None:
        consents.revoke_consent(self.bosses[consent.enterprise_id], consent.id, "不再需要")
        self.save()


@pytest.fixture
def desk(db: Any) -> Desk:
    """A desk whose work is rolled back."""
    return Desk(commit=False)


@pytest.fixture
def town(live: Any) -> Desk:
    """A desk in a database of its own, where commits and refusals are real."""
    return Desk(commit=True)
