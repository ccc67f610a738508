"""The trail of deeds, 办理留痕: who did what to which record, and when."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from xinyidai.audit import queries as audit
from xinyidai.audit.models import AuditEntry
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.web import wording
from xinyidai.web.audit.base import blueprint
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import Row, asked, options

NEWEST = 100
SUBJECTS = {
    "loan_application": "贷款申请",
    "consent": "授权",
    "product_version": "产品版本",
    "whitelist_entry": "白名单记录",
    "matchmaking_event": "对接会",
    "event_registration": "对接会报名",
    "meeting": "洽谈",
    "model_version": "模型版本",
    "collection_batch": "归集批次",
    "credit_record": "信用信息",
    "enterprise": "企业",
    "pending_name": "待核名",
    "institution": "金融机构",
    "branch": "网点",
    "department": "部门",
    "account": "账户",
    "api_client": "银行接入",
    "financing_need": "融资需求",
    "query_alarm": "异常预警",
    "sampled_query": "抽查",
    "sample_month": "抽查月份",
    "reconciliation": "对账",
    "query_event": "查询台账",
    "signing_key": "签名密钥",
    "ledger_witness": "见证方",
    "purpose_template": "用途模板",
}
VERBS = {
    "activate": "启用",
    "accept": "受理",
    "add": "新增",
    "add_branch": "新增网点",
    "admit": "入驻",
    "approve": "同意、批准",
    "cancel": "取消",
    "cancel_registration": "取消报名",
    "change": "修改",
    "close": "截止报名",
    "corrected": "更正",
    "decline": "拒绝",
    "delist": "下架",
    "deliver": "送达银行",
    "demo": "写入演示数据",
    "disburse": "放款",
    "draft": "新建",
    "draw": "抽取样本",
    "end": "终止",
    "expire": "过期",
    "export": "导出",
    "failed": "失败",
    "finished": "完成",
    "follow_up": "回访",
    "grant": "同意授权",
    "hold": "举办",
    "import": "导入登记信息",
    "judge": "抽查结论",
    "investigate": "开始尽调",
    "list": "入库、上架",
    "lock": "锁定",
    "match": "匹配",
    "nominate": "推荐",
    "offer": "反向报价",
    "open": "开放、开通",
    "plan": "筹备",
    "publicise": "公示",
    "publish": "发布",
    "raise": "预警",
    "reassign": "改派",
    "record_meeting": "登记洽谈结果",
    "register": "报名、登记",
    "remove": "移出",
    "repaired": "信用修复",
    "request": "申请授权",
    "resolve": "核名",
    "resume": "恢复",
    "retire": "停用",
    "return": "退回",
    "review": "转部门联审、核查",
    "revise": "另起新版本",
    "revoke": "撤回授权",
    "rotate_key": "更换密钥",
    "run": "运行",
    "screen": "初审",
    "send_to_approval": "送审批",
    "settle": "结清",
    "sign": "签约",
    "sign_in": "登录",
    "sign_out": "退出",
    "sign_out_everywhere": "退出全部设备",
    "sign_up": "注册",
    "start": "新建",
    "submit": "提交",
    "suspend": "暂停",
    "take_offer": "接受报价",
    "time_out": "超时转派",
    "update": "修改",
    "validate": "验证",
    "withdraw": "撤回",
    "withdrawn": "来源撤销",
}


@blueprint.get("/log")
@allow(Role.AUDITOR)
def trail() -> ResponseReturnValue:
    """Show the newest deeds, or those on one subject."""
    kind, subject = asked("subject_type"), asked("subject_id")
    return render_template(
        "audit/log.html",
        rows=[_row(entry) for entry in _entries(kind, subject)],
        subjects=options(SUBJECTS),
        chosen={"subject_type": kind, "subject_id": subject},
    )


def _entries(kind: str, subject: str) -> Sequence[AuditEntry]:
    if kind and subject:
        return audit.list_of_subject(kind, subject)
    return audit.list_latest(NEWEST)


def _row(entry: AuditEntry) -> Row:
    details = "；".join(f"{key}：{value}" for key, value in entry.details.items())
    return {
        "at": format_moment(entry.happened_at),
        "who": entry.actor_name,
        "who_sub": wording.ROLES[entry.role],
        "action": VERBS.get(entry.action.partition(":")[2], entry.action),
        "action_sub": entry.action,
        "subject": SUBJECTS.get(entry.subject_type, entry.subject_type),
        "subject_sub": entry.subject_id,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "details": details or None,
    }
