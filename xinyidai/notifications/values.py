"""Words and values of messages, 消息."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Topic(StrEnum):
    """What a message is about, 消息类别."""

    CONSENT_REQUESTED = "consent_requested"  # 收到授权申请
    CONSENT_SECOND_SIGNER = "consent_second_signer"  # 待第二人签署
    CONSENT_GRANTED = "consent_granted"  # 授权已签署
    CONSENT_DECLINED = "consent_declined"  # 授权被拒绝
    CONSENT_USED = "consent_used"  # 数据被查看
    CONSENT_ENDED = "consent_ended"  # 授权撤回或终止
    CONSENT_EXPIRING = "consent_expiring"  # 授权将到期
    CONSENT_SUSPENDED = "consent_suspended"  # 授权自动暂停
    CONSENT_SUMMARY = "consent_summary"  # 季度授权小结
    QUERY_ALARM = "query_alarm"  # 异常查询
    LEDGER_ALARM = "ledger_alarm"  # 台账异常
    PURPOSE_REVIEW = "purpose_review"  # 用途模板待批准
    OBJECTION = "objection"  # 异议进展
    OBJECTION_LATE = "objection_late"  # 异议超期
    REPAIR = "repair"  # 信用修复进展
    REPAIR_DUE = "repair_due"  # 可以申请修复
    RECORD_CHANGED = "record_changed"  # 看过的信息有更正
    DELIVERY = "delivery"  # 数据报送
    DATA_QUALITY = "data_quality"  # 数据质量提醒和通报
    CORRECTION_TICKET = "correction_ticket"  # 重错码纠错单
    DECLARATION = "declaration"  # 自愿注册核验
    COMMITMENT = "commitment"  # 信用承诺
    CREDIT_LIST = "credit_list"  # 名单发布
    JOINT_CHECK = "joint_check"  # 联合奖惩核查
    CREDIT_REPORT = "credit_report"  # 信用报告
    NODE_EXCHANGE = "node_exchange"  # 节点交换
    CREDIT_EVALUATION = "credit_evaluation"  # 公共信用综合评价
    MODEL_MONITORING = "model_monitoring"  # 模型监测
    PRODUCT = "product"  # 金融产品审核和上架
    FINANCING_NEED = "financing_need"  # 融资需求
    LEAD = "lead"  # 找客户与线索
    JOINT_RESULT = "joint_result"  # 联合结果（可用不可见）
    APPLICATION = "application"  # 贷款申请进展
    APPLICATION_LATE = "application_late"  # 贷款申请超时督办


TOPIC_NAMES: Mapping[Topic, str] = {
    Topic.CONSENT_REQUESTED: "授权申请",
    Topic.CONSENT_SECOND_SIGNER: "待第二人签署",
    Topic.CONSENT_GRANTED: "授权签署",
    Topic.CONSENT_DECLINED: "授权被拒绝",
    Topic.CONSENT_USED: "数据被查看",
    Topic.CONSENT_ENDED: "授权撤回或终止",
    Topic.CONSENT_EXPIRING: "授权将到期",
    Topic.CONSENT_SUSPENDED: "授权暂停或恢复",
    Topic.CONSENT_SUMMARY: "授权小结",
    Topic.QUERY_ALARM: "异常查询",
    Topic.LEDGER_ALARM: "台账异常",
    Topic.PURPOSE_REVIEW: "用途模板审批",
    Topic.OBJECTION: "异议办理",
    Topic.OBJECTION_LATE: "异议超期督办",
    Topic.REPAIR: "信用修复办理",
    Topic.REPAIR_DUE: "信用修复提醒",
    Topic.RECORD_CHANGED: "信息更正或修复",
    Topic.DELIVERY: "数据报送",
    Topic.DATA_QUALITY: "数据质量",
    Topic.CORRECTION_TICKET: "重错码纠错",
    Topic.DECLARATION: "自愿注册",
    Topic.COMMITMENT: "信用承诺",
    Topic.CREDIT_LIST: "名单发布",
    Topic.JOINT_CHECK: "联合奖惩核查",
    Topic.CREDIT_REPORT: "信用报告",
    Topic.NODE_EXCHANGE: "节点交换",
    Topic.CREDIT_EVALUATION: "公共信用综合评价",
    Topic.MODEL_MONITORING: "模型监测",
    Topic.PRODUCT: "金融产品",
    Topic.FINANCING_NEED: "融资需求",
    Topic.LEAD: "找客户",
    Topic.JOINT_RESULT: "联合结果",
    Topic.APPLICATION: "贷款申请",
    Topic.APPLICATION_LATE: "申请超时督办",
}


class PartyKind(StrEnum):
    """Which kind of party a message goes to, 收件方; the value is the column that names it."""

    ENTERPRISE = "enterprise_id"  # 企业
    INSTITUTION = "institution_id"  # 机构
    DEPARTMENT = "department_id"  # 部门


@dataclass(frozen=True)
class Mailbox:
    """Whose messages are read: those of one party."""

    kind: PartyKind
    party_id: UUID
