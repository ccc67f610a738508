"""Tell the parties what was done with an authorization, 消息: in the transaction of the deed.

Each deed is told to whoever did not do it. The firm also gets a receipt of what one of its own
people signed or took back, because the others must learn of it. No reason that a person wrote and
no credit data go into a message: the page it links to shows them to whoever may see them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from xinyidai.catalogue import kinds
from xinyidai.catalogue.purposes import PURPOSES
from xinyidai.consents.models import Consent
from xinyidai.consents.service.notice import PLATFORM_NAME
from xinyidai.consents.values import ConsentAction, ConsentMode
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic

A = ConsentAction


@dataclass(frozen=True)
class Letter:
    """Title and body of one kind of message, with the places that names are put into."""

    topic: Topic
    title: str
    body: str


TO_FIRM: Mapping[ConsentAction, Letter] = {
    A.REQUEST: Letter(
        Topic.CONSENT_REQUESTED,
        "{bank}请您授权查看数据",
        "用途：{purpose}。想看：{items}。有效期至 {until}。"
        "请看清楚再决定同意或拒绝；不同意也不影响您向其他机构申请。",
    ),
    A.SIGN_FIRST: Letter(
        Topic.CONSENT_SECOND_SIGNER,
        "待第二人签署：给{bank}的授权",
        "{who}已签署（用途：{purpose}）。还需要本企业另一位人员登录后确认；"
        "确认之前，对方不能查看。",
    ),
    A.GRANT: Letter(
        Topic.CONSENT_GRANTED,
        "授权已签署：{bank}",
        "{who}签署了授权 {no}，用途：{purpose}，可以看：{items}，有效期至 {until}。"
        "每次查看都会告诉您；您随时可以在授权页面暂停或撤回。",
    ),
    A.CONFIRM: Letter(
        Topic.CONSENT_GRANTED,
        "授权已确认继续有效：{bank}",
        "{who}在法定代表人变更后确认授权 {no} 继续有效，有效期仍到 {until}。",
    ),
    A.REVOKE: Letter(
        Topic.CONSENT_ENDED,
        "授权已撤回：{bank}",
        "{who}撤回了授权 {no}（用途：{purpose}）。对方立即不能再查看，也不能再打开以前的查询结果。",
    ),
    A.END: Letter(
        Topic.CONSENT_ENDED,
        "授权已终止：{bank}",
        "授权 {no}（用途：{purpose}）已终止，对方不能再查看。您不需要做什么。",
    ),
}
TO_BANK: Mapping[ConsentAction, Letter] = {
    A.GRANT: Letter(
        Topic.CONSENT_GRANTED,
        "{firm}已同意授权",
        "授权 {no} 已生效，用途：{purpose}，有效期至 {until}。",
    ),
    A.CONFIRM: Letter(
        Topic.CONSENT_GRANTED,
        "{firm}已确认授权继续有效",
        "企业在法定代表人变更后确认了授权 {no}，可以继续按约定查询，有效期至 {until}。",
    ),
    A.DECLINE: Letter(
        Topic.CONSENT_DECLINED,
        "{firm}没有同意授权",
        "授权申请 {no}（用途：{purpose}）被拒绝，不能查询。",
    ),
    A.SUSPEND: Letter(
        Topic.CONSENT_SUSPENDED,
        "{firm}暂停了授权",
        "授权 {no}（用途：{purpose}）已由企业暂停，恢复之前不能查询。",
    ),
    A.RESUME: Letter(
        Topic.CONSENT_SUSPENDED,
        "{firm}恢复了授权",
        "授权 {no}（用途：{purpose}）已由企业恢复，有效期至 {until}。",
    ),
    A.REVOKE: Letter(
        Topic.CONSENT_ENDED,
        "{firm}撤回了授权",
        "授权 {no}（用途：{purpose}）已撤回，立即停止查询和使用，不能再打开以前的查询结果。",
    ),
    A.END: Letter(
        Topic.CONSENT_ENDED,
        "{firm}的授权已终止",
        "授权 {no}（用途：{purpose}）对应的业务已结束，授权随之终止。",
    ),
}


def tell_deed(actor: Actor, action: ConsentAction, consent: Consent) -> None:
    """Tell the other party, and the firm's other people, of a deed just done."""
    is_own = actor.role is Role.ENTERPRISE_USER
    firm_letter = None if is_own and action is A.REQUEST else TO_FIRM.get(action)
    by_bank = actor.party_id is not None and actor.party_id == consent.institution_id
    bank_letter = None if by_bank else TO_BANK.get(action)
    if firm_letter is not None:
        _send(firm_letter, actor, consent, link=firm_link(consent.id), to_firm=True)
    if bank_letter is not None and consent.institution_id is not None:
        bank = db.session.get(Institution, consent.institution_id)
        link = bank_link(bank.kind, consent.id) if bank else None
        _send(bank_letter, actor, consent, link=link, to_firm=False)


def tell_use(actor: Actor, consent: Consent, items: Collection[str]) -> None:
    """Tell the firm of one look, in the transaction of that look: who, why, what, how many left."""
    shown = "评价结果，评价依据：" if consent.mode is ConsentMode.RESULT else ""
    notifications.send(
        enterprise_id=consent.enterprise_id,
        topic=Topic.CONSENT_USED,
        title=f"{bank_name(consent.institution_id)}查看了您的数据",
        body=f"{actor.name}于 {clock.now():%Y-%m-%d %H:%M} 因“{purpose_name(consent.purpose)}”"
        f"查看了{shown}{item_names(items)}。{_left(consent)}"
        "如果不是您同意的业务，请在授权页面撤回。",
        link=firm_link(consent.id),
    )


def firm_link(consent_id: UUID) -> str:
    """Return the firm's page of an authorization."""
    return f"/enterprise/consents/{consent_id}"


def bank_link(kind: InstitutionKind, consent_id: UUID) -> str | None:
    """Return the recipient's page of an authorization; guarantors have none."""
    return None if kind is InstitutionKind.GUARANTEE else f"/bank/consents/{consent_id}"


def purpose_name(code: str) -> str:
    """Return a purpose's name; a code the catalogue no longer lists must not stop a deed."""
    return PURPOSES[code].name if code in PURPOSES else code


def item_names(codes: Collection[str]) -> str:
    """Return the names of authorization items in the catalogue's order."""
    known = [item.name for item in kinds.ITEMS.values() if item.code in codes]
    return "、".join([*known, *sorted(set(codes) - kinds.ITEMS.keys())])


def bank_name(institution_id: UUID | None) -> str:
    """Return who receives the data; None is the platform itself."""
    bank = db.session.get(Institution, institution_id) if institution_id else None
    return bank.name if bank else PLATFORM_NAME


def _send(
    letter: Letter, actor: Actor, consent: Consent, *, link: str | None, to_firm: bool
) -> None:
    firm = db.session.get(Enterprise, consent.enterprise_id)
    words = {
        "who": actor.name,
        "firm": firm.name if firm else "",
        "bank": bank_name(consent.institution_id),
        "purpose": purpose_name(consent.purpose),
        "items": item_names(consent.item_codes),
        "until": f"{consent.valid_until:%Y-%m-%d}",
        "no": consent.consent_no,
    }
    notifications.send(
        enterprise_id=consent.enterprise_id if to_firm else None,
        institution_id=None if to_firm else consent.institution_id,
        topic=letter.topic,
        title=letter.title.format(**words),
        body=letter.body.format(**words),
        link=link,
    )


def _left(consent: Consent) -> str:
    if consent.uses_left is None:
        return f"这份授权不限次数，有效期至 {consent.valid_until:%Y-%m-%d}。"
    if consent.uses_left == 0:
        return "约定的次数已用完，对方不能再查询。"
    return f"这份授权还可以查询 {consent.uses_left} 次。"
