"""Tell the parties of a repair, 告知: in the transaction of the deed; never what a record says."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from xinyidai.enterprises import queries as enterprises
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic
from xinyidai.repairs.models import Repair
from xinyidai.repairs.values import RepairAction as A

TO_FIRM: Mapping[A, tuple[str, str]] = {
    A.SUBMIT: ("修复申请已提交", "信用办会核对材料。全程不收费，请不要相信收费代办。"),
    A.CHECK: ("修复申请审核通过", "信用办将转交“信用中国”办理，受理编号会告诉您。"),
    A.RETURN: ("修复申请需要补正", "请打开申请页面，按说明补正后再提交。"),
    A.HAND_OVER: ("修复申请已转“信用中国”", "受理编号：{receipt}。认定机关决定后告诉您结果。"),
    A.RESUBMIT: ("修复申请已代您补正", "窗口已录入您补正的内容，信用办会继续核对。"),
    A.WITHDRAW: ("修复申请已撤回", "窗口已按您的要求撤回。不是您要求的，请联系信用办。"),
    A.REPAIR: ("信用修复完成", "记录已停止公示、共享和使用，画像、等级和匹配结果已同时更新。"),
    A.REFUSE: ("暂不予修复", "理由见申请页面。符合条件后可以重新申请。"),
}


def tell_firm(repair: Repair, action: A) -> None:
    """Tell the firm what was done with its application."""
    title, body = TO_FIRM[action]
    notifications.send(
        topic=Topic.REPAIR,
        title=f"{title}：{repair.number}",
        body=body.format(receipt=repair.receipt_no),
        enterprise_id=repair.enterprise_id,
        link=f"/enterprise/repairs/{repair.id}",
    )


def tell_recipients(repair: Repair, institution_ids: Iterable[UUID]) -> None:
    """Tell whoever was shown the record that its result is outdated, and no more than that."""
    firm = enterprises.find_enterprise(repair.enterprise_id)
    name = firm.name if firm else "一家企业"
    notifications.send_all(
        Message(
            topic=Topic.RECORD_CHANGED,
            title=f"{name}的信息有更新",
            body="贵机构以前查到的信息中有一条已经停止使用，原结果不再提供，不要再使用。"
            "需要时请在有效授权内重新查看。",
            institution_id=institution_id,
            dedupe_key=f"repair:changed:{repair.id}:{institution_id}",
        )
        for institution_id in institution_ids
    )
