"""A firm's credit code, 信用码: switch on, renew, switch off; who scans it sees what is public."""

import base64
from uuid import UUID

from sqlalchemy import select

from xinyidai.audit import service as audit
from xinyidai.credit_reports import policies, queries
from xinyidai.credit_reports.models import CreditCode
from xinyidai.credit_reports.service import looking
from xinyidai.credit_reports.values import CodeEnd, PublicCredit
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, random_bytes
from xinyidai.kernel.errors import NotFound

TOKEN_BYTES = 16
LONGEST_TOKEN = 32
ABSENT = "没有这个信用码。请核对后重新扫描，或用企业名称查询。"


def own_code(actor: Actor) -> CreditCode | None:
    """Return the code in use of the actor's own firm, or None."""
    return queries.live_code(policies.require_firm(actor))


def switch_on(actor: Actor) -> CreditCode:
    """Return the firm's code, made now if there is none; pressed twice it makes one."""
    firm = _locked_firm(actor)
    return queries.live_code(firm) or _new(actor, firm)


def renew(actor: Actor, code_id: UUID) -> CreditCode:
    """End a code and make another; the old one says so when scanned. Pressed twice, it is once.

    Raises:
        NotFound: the firm never had this code.

    """
    firm = _locked_firm(actor)
    if _end(actor, firm, code_id, CodeEnd.RENEWED):
        return _new(actor, firm)
    return queries.live_code(firm) or _new(actor, firm)


def switch_off(actor: Actor, code_id: UUID) -> None:
    """End a code without another.

    Raises:
        NotFound: the firm never had this code.

    """
    _end(actor, _locked_firm(actor), code_id, CodeEnd.SWITCHED_OFF)


def find_code(token: str) -> CreditCode:
    """Return the code of a token, in use or not.

    Raises:
        NotFound: there never was one.

    """
    code = queries.code_by_token(token) if len(token) <= LONGEST_TOKEN else None
    if code is None:
        raise NotFound(ABSENT)
    return code


def read_scanned(actor: Actor, code: CreditCode) -> PublicCredit:
    """Return what is public of the firm at this moment; the scan is logged.

    Raises:
        NotFound: the code has ended.

    """
    firm = db.session.get(Enterprise, code.enterprise_id)
    if firm is None or code.ended_at is not None:
        raise NotFound(ABSENT)
    return looking.read_credit(actor, firm, "credit_code")


def _locked_firm(actor: Actor) -> UUID:
    """Return the actor's firm with its row locked: changes of its code come one after another."""
    firm = policies.require_firm(actor)
    statement = select(Enterprise.id).where(Enterprise.id == firm).with_for_update(key_share=True)
    if db.session.scalar(statement) is None:
        raise NotFound("没有找到这家企业。")
    return firm


def _end(actor: Actor, firm: UUID, code_id: UUID, reason: CodeEnd) -> bool:
    """End the code if it is in use; tell whether it was."""
    code = db.session.get(CreditCode, code_id, populate_existing=True)
    if code is None or code.enterprise_id != firm:
        raise NotFound("没有找到这个信用码。")
    if code.ended_at is not None:
        return False
    code.ended_at, code.end_reason = clock.now(), reason
    db.session.flush()
    audit.record(actor, f"credit_code:{reason}", "credit_code", code.id)
    return True


def _new(actor: Actor, firm: UUID) -> CreditCode:
    token = base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
    code = CreditCode(enterprise_id=firm, token=token, made_by=actor.account_id)
    db.session.add(code)
    db.session.flush()
    audit.record(actor, "credit_code:make", "credit_code", code.id)
    return code
