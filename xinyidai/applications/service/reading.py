"""What a page needs of one application."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.applications import policies, queries
from xinyidai.applications.models import LoanApplication
from xinyidai.consents import service as consenting
from xinyidai.consents.models import Consent
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


@dataclass(frozen=True)
class Task:
    """One line of the task list: what to do, and whether it is done."""

    code: str
    title: str
    hint: str
    is_done: bool
    is_open: bool


def get_application(actor: Actor, application_id: UUID) -> LoanApplication:
    """Return an application that is the actor's business, or raise `NotFound`."""
    return policies.require_seen(actor, queries.find(application_id))


def task_list(application: LoanApplication) -> list[Task]:
    """Return the tasks of a draft; the last, 核对并提交, opens when the others are done."""
    need = application.amount_applied_fen > 0 and bool(application.loan_purpose)
    contact = bool(application.contact_name and application.contact_phone)
    consented = has_live_consent(application)
    done = need and contact and consented
    return [
        Task("need", "填写融资需求", "金额、期限和用途", need, is_open=True),
        Task("contact", "确认联系人", "客户经理会与这位联系人沟通", contact, is_open=True),
        Task("consent", "授权银行查询", "只授权这一家银行，随时可以撤回", consented, is_open=True),
        Task("submit", "核对并提交", "提交后银行开始计时", is_done=False, is_open=done),
    ]


def has_live_consent(application: LoanApplication) -> bool:
    """Tell whether the consent the application rests on is live."""
    consent = db.session.get(Consent, application.consent_id) if application.consent_id else None
    return consent is not None and consenting.still_stands(consent)
