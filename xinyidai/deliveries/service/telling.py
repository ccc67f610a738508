"""Tell the department what became of its delivery, 告知; never what a record says."""

from collections.abc import Mapping

from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.values import DeliveryAction as A
from xinyidai.deliveries.values import DeliveryChannel
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic

WORDS: Mapping[A, tuple[str, str]] = {
    A.PROPOSE: ("请确认映射", "系统给出了类别和各列的建议，确认后才归集。"),
    A.FINISH: ("已归集", "没有退回的行。"),
    A.FINISH_PARTLY: ("有退回的行", "请下载退回清单，更正后再次报送。"),
    A.REFUSE: ("整份退回", "没有归集任何内容。原因见报送页面，更正后请再次报送。"),
    A.FAIL: ("处理失败", "没有归集任何内容。请再次报送，仍不成功请联系信用办。"),
}


def tell(delivery: Delivery, action: A) -> None:
    """Send the message of a step, if anybody waits for it."""
    # Whoever uploads a file is led to the proposal at once.
    if action is A.PROPOSE and delivery.channel is DeliveryChannel.UPLOAD:
        return
    if action not in WORDS:
        return
    title, body = WORDS[action]
    notifications.send(
        topic=Topic.DELIVERY,
        title=f"报送{title}：{delivery.file_name}",
        body=body,
        department_id=delivery.department_id,
        link=f"/department/deliveries/{delivery.id}",
    )
