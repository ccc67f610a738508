"""How a firm wants its authorizations signed, 签署规则."""

from sqlalchemy import func, select

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.audit import service as audit
from xinyidai.consents import policies, queries
from xinyidai.consents.models import SigningRule
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, RuleBroken

TWO = 2


def set_two_signers(actor: Actor, *, wanted: bool) -> SigningRule:
    """Ask for two signatures under each authorization from now on, or for one again.

    Raises:
        Forbidden: only the legal representative's account may change the rule.
        RuleBroken: the firm has no second person who could sign.

    """
    signer = db.session.get(Account, actor.account_id) if actor.account_id else None
    if signer is None or signer.position is not Position.LEGAL_REPRESENTATIVE:
        raise Forbidden("只有法定代表人的账户可以修改签署规则。")
    enterprise_id = signer.enterprise_id
    if enterprise_id is None:
        raise Forbidden("只有企业账户可以修改签署规则。")
    policies.require_signature(actor, enterprise_id)
    people = select(func.count()).where(
        Account.enterprise_id == enterprise_id, Account.status == AccountStatus.ACTIVE
    )
    if wanted and (db.session.scalar(people) or 0) < TWO:
        raise RuleBroken("本企业还只有一个账户，请先增加一位经办人。", code="second_signer_needed")
    rule = queries.signing_rule(enterprise_id)
    if rule is None:
        rule = SigningRule(enterprise_id=enterprise_id)
        db.session.add(rule)
    rule.two_signers = wanted
    rule.changed_at = clock.now()
    rule.changed_by = actor.account_id
    db.session.flush()
    audit.record(actor, "signing_rule:change", "enterprise", enterprise_id, {"two": wanted})
    return rule
