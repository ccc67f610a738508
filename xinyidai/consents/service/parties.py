"""The parties to an authorization by their present names, and whether they may sign one."""

from uuid import UUID

from sqlalchemy import select

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents.queries import GONE
from xinyidai.consents.service.notice import PLATFORM_NAME, Parties
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken

OFFICER_ROLES = frozenset({Role.BANK_OFFICER, Role.GUARANTOR})


def parties_of(draft: ConsentDraft) -> Parties:
    """Return the names of firm, recipient and officer.

    Raises:
        NotFound: no such firm or institution.
        RuleBroken: the firm is deregistered or the institution suspended.
        InvalidInput: the officer is not one of that institution's, at work.

    """
    return Parties(*_firm(draft.enterprise_id), _recipient(draft.institution_id), _officer(draft))


def _officer(draft: ConsentDraft) -> str | None:
    """Return the name of the only officer who may look, or None when every one may."""
    if draft.officer_account_id is None:
        return None
    officer = db.session.get(Account, draft.officer_account_id)
    fits = (
        officer is not None
        and draft.institution_id is not None
        and officer.institution_id == draft.institution_id
        and officer.role in OFFICER_ROLES
        and officer.status is AccountStatus.ACTIVE
    )
    if officer is None or not fits:
        fault = "请选择该机构在岗的信贷人员。"
        raise InvalidInput(fault, fields={"officer_account_id": fault})
    return officer.name


def _firm(enterprise_id: UUID) -> tuple[str, str]:
    statement = select(Enterprise.name, Enterprise.uscc, Enterprise.status)
    firm = db.session.execute(statement.where(Enterprise.id == enterprise_id)).one_or_none()
    if firm is None:
        raise NotFound("没有找到这家企业。")
    if firm.status in GONE:
        raise RuleBroken("企业已注销或被吊销，不能签署授权。", code="enterprise_inactive")
    return firm.name, firm.uscc


def _recipient(institution_id: UUID | None) -> str:
    if institution_id is None:
        return PLATFORM_NAME
    statement = select(Institution.name, Institution.status)
    bank = db.session.execute(statement.where(Institution.id == institution_id)).one_or_none()
    if bank is None:
        raise NotFound("没有找到这家机构。")
    if bank.status is not InstitutionStatus.ACTIVE:
        raise RuleBroken("该机构已暂停使用平台，暂时不能授权。", code="institution_suspended")
    name: str = bank.name
    return name
