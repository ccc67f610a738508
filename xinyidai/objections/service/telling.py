"""Tell the parties of an objection, 告知: in the transaction of the deed.

No message says what a record says, nor what the firm wrote: the page it links to shows that to
whoever may see it. Past recipients learn that a result is outdated, and not of which kind.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.enterprises import queries as enterprises
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic
from xinyidai.objections.models import Objection
from xinyidai.objections.values import ObjectionAction as A
from xinyidai.objections.values import ObjectionOutcome

CHANGED = frozenset({ObjectionOutcome.CORRECTED, ObjectionOutcome.WITHDRAWN_BY_SOURCE})
TO_FIRM: Mapping[A, tuple[str, str]] = {
    A.SUBMIT: ("异议已提交", "信用办会先做形式审查，{due} 前答复您。查询进展不收费。"),
    A.ACCEPT: ("异议已受理", "已转来源核实，{due} 前答复。{mark}"),
    A.DISMISS: ("异议不予受理", "理由见异议页面。补充材料后可以重新提出。"),
    A.ASK: ("请补充异议说明", "办理人员需要您补充情况，补充前暂停计时。请打开异议页面填写。"),
    A.RESUME: ("已恢复计时，继续核实", "没有收到补充，将按现有材料核实，{due} 前答复。"),
    A.UPHOLD: ("异议成立，已处理", "处理结果和依据见异议页面。{effect}"),
    A.SUPPLY: ("已代您补充说明", "窗口已录入您补充的情况，恢复计时，{due} 前答复。"),
    A.WITHDRAW: ("异议已撤回", "窗口已按您的要求撤回。不是您要求的，请联系信用办。"),
    A.REJECT: (
        "异议经核实维持",
        "理由和依据见异议页面。不同意可以申请复核，或向征信管理部门投诉。",
    ),
}


def tell_firm(objection: Objection, action: A) -> None:
    """Tell the firm what was done with its objection."""
    title, body = TO_FIRM[action]
    notifications.send(
        topic=Topic.OBJECTION,
        title=f"{title}：{objection.number}",
        body=body.format(due=_day(objection), mark=_mark(objection), effect=_effect(objection)),
        enterprise_id=objection.enterprise_id,
        link=f"/enterprise/objections/{objection.id}",
    )


def _mark(objection: Objection) -> str:
    is_record = objection.subject is ObjectionSubject.RECORD
    return "答复前，有关记录都标注“异议中”。" if is_record else ""


def _effect(objection: Objection) -> str:
    """Say what followed, of a record that was changed; anything else changes nothing by itself."""
    if objection.outcome not in CHANGED:
        return ""
    return "记录、画像、等级和匹配结果已同时更新；看过的机构也已收到通知。"


def tell_source(objection: Objection) -> None:
    """Tell the source that there is something to answer; the office finds its own in its list."""
    if objection.department_id is None:
        return
    notifications.send(
        topic=Topic.OBJECTION,
        title=f"待答复的异议：{objection.number}",
        body=f"企业对{_about(objection)}提出异议，请核实后在 {_day(objection)} 前答复。",
        department_id=objection.department_id,
        link=f"/department/objections/{objection.id}",
    )


def tell_withdrawn(objection: Objection) -> None:
    """Tell the source that there is nothing left to answer."""
    if objection.department_id is None:
        return
    notifications.send(
        topic=Topic.OBJECTION,
        title=f"异议已撤回：{objection.number}",
        body="企业已撤回这件异议，不用再答复。",
        department_id=objection.department_id,
        link=f"/department/objections/{objection.id}",
    )


def remind_source(objection: Objection) -> None:
    """Remind whoever has to answer, once, that the last day is near."""
    notifications.send_all(
        _to_answerers(
            objection,
            topic=Topic.OBJECTION,
            title=f"异议即将到期：{objection.number}",
            body=f"答复期限是 {_day(objection)}，请尽快核实答复。",
            key=f"due:{objection.due_on}",
        )
    )


def tell_late(objection: Objection) -> None:
    """Tell the credit office, and the source, that the term is over."""
    title = f"异议超期未答复：{objection.number}"
    body = f"答复期限 {_day(objection)} 已过，请督促来源当日答复。"
    messages = [
        Message(
            topic=Topic.OBJECTION_LATE,
            title=title,
            body=body,
            department_id=office,
            link=f"/office/objections/{objection.id}",
            dedupe_key=f"objection:late:{objection.id}:{office}",
        )
        for office in _offices()
    ]
    source = objection.department_id
    if source is not None:
        messages.append(
            Message(
                topic=Topic.OBJECTION_LATE,
                title=title,
                body=f"答复期限 {_day(objection)} 已过，请今天答复。信用办已收到督办提示。",
                department_id=source,
                link=f"/department/objections/{objection.id}",
                dedupe_key=f"objection:late:{objection.id}:{source}",
            )
        )
    notifications.send_all(messages)


def tell_recipients(objection: Objection, institution_ids: Iterable[UUID]) -> None:
    """Tell whoever was shown the record that its result is outdated."""
    firm = enterprises.find_enterprise(objection.enterprise_id)
    name = firm.name if firm else "一家企业"
    notifications.send_all(
        Message(
            topic=Topic.RECORD_CHANGED,
            title=f"{name}的信息已更正",
            body="贵机构以前查到的信息中有一条经异议核实后更正或撤销，原结果不再提供，不要再使用。"
            "需要时请在有效授权内重新查看。",
            institution_id=institution_id,
            dedupe_key=f"objection:changed:{objection.id}:{institution_id}",
        )
        for institution_id in institution_ids
    )


def _to_answerers(
    objection: Objection, *, topic: Topic, title: str, body: str, key: str
) -> list[Message]:
    source = objection.department_id
    where = "department" if source else "office"
    return [
        Message(
            topic=topic,
            title=title,
            body=body,
            department_id=one,
            link=f"/{where}/objections/{objection.id}",
            dedupe_key=f"objection:{key}:{objection.id}:{one}",
        )
        for one in ([source] if source else _offices())
    ]


def _offices() -> list[UUID]:
    return [one.id for one in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)]


def _about(objection: Objection) -> str:
    return f"“{KINDS[objection.item].name}”" if objection.item in KINDS else "平台保存的信息"


def _day(objection: Objection) -> str:
    day = objection.due_on
    return f"{day.year}年{day.month}月{day.day}日"
