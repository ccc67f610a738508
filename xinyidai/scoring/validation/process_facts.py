"""Facts about the process around a model: who may do what, by which limits, what is still open."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from xinyidai.kernel.actor import Role
from xinyidai.scoring import policies
from xinyidai.scoring.lifecycle import LIFECYCLE
from xinyidai.scoring.validation import limits, report
from xinyidai.scoring.validation.subject import Subject
from xinyidai.scoring.values import ModelState

Facts = dict[str, Any]
STATES: Mapping[str, str] = MappingProxyType(
    {
        ModelState.CANDIDATE: "候选",
        ModelState.VALIDATED: "已验证",
        ModelState.APPROVED: "已批准",
        ModelState.ACTIVE: "启用中",
        ModelState.RETIRED: "已停用",
        ModelState.REFERENCE: "参考",
    }
)
_ROLES: Mapping[str, str] = MappingProxyType(
    {
        Role.OPERATOR: "平台管理员",
        Role.CREDIT_OFFICE: "信用办",
        Role.BANK_OFFICER: "银行客户经理",
        Role.BANK_CLIENT: "银行系统接口",
        Role.GUARANTOR: "担保机构",
    }
)
_LIMITS: Mapping[str, object] = MappingProxyType(
    {
        "校准斜率的 95 % 区间须与之相交": "–".join(map(str, limits.SLOPE_BAND)),
        "ECE 不超过（或完全校准模型的 95 % 分位，取大者）": limits.ECE_FLOOR,
        "校准检验至少要有的违约数": limits.FEWEST_BADS,
        "各等级二项检验合计的错判概率": limits.GRADE_TEST_LEVEL,
        "AUC 区间下限": limits.AUC_FLOOR,
        "分群评价至少要有的行数、违约数": f"{limits.SEGMENT_ROWS}、{limits.SEGMENT_BADS}",
        "等级集中度 HHI": limits.HHI_CEILING,
        "最大等级的占比": limits.LARGEST_GRADE,
        "PSI 中等变化、明显变化": f"{limits.PSI_SOME}、{limits.PSI_MUCH}",
        "PSI 下结论至少要有的行数": limits.PSI_ROWS,
        "PSI 各组占比的下限": limits.PSI_FLOOR,
        "相似度模型 AUC": limits.RESEMBLANCE_CEILING,
        "噪声造成的 AUC 损失": limits.NOISE_AUC_LOSS,
        "训练样本与没见过的样本 AUC 之差": limits.OVERFIT_GAP,
        "金额中位数变动多少个数量级报警": limits.UNIT_STEP,
        "超出训练范围的占比报警": limits.OUT_OF_RANGE,
        "缺失率上升报警": limits.MISSING_STEP,
        "须说明的差异（与最好一群之比）": limits.FOUR_FIFTHS,
    }
)


def access(_subject: Subject) -> Facts:
    """Say who may register, validate, approve and activate a model, and who may look at a score."""
    return {
        "可以登记、验证、启用": _named(policies.REGISTRARS, _ROLES),
        "可以查看评分（须有授权）": _named(policies.RECIPIENTS, _ROLES),
        "批准": "须由登记人、验证人以外的信用办人员",
    }


def steps(_subject: Subject) -> Facts:
    """List the steps a model version can take, from the table that the code obeys."""
    return {
        "模型版本的状态变化": [
            {
                "步骤": action.value,
                "从": _named(step.sources, STATES),
                "到": STATES[step.target],
            }
            for action, step in LIFECYCLE.steps.items()
        ]
    }


def thresholds(_subject: Subject) -> Facts:
    """List every limit of validation and monitoring."""
    return {"限值": [{"名称": name, "值": value} for name, value in _LIMITS.items()]}


def standing(subject: Subject) -> Facts:
    """List the open findings of the report beside the artefact."""
    found = report.read(subject.artefact.folder)
    if found is None:
        return {"验证报告": "没有"}
    return {
        "结论": "通过" if found.passed else "未通过，只能作参考模型",
        "验证时间": found.made_at.isoformat(timespec="seconds"),
        "检查项": len(found.checks),
        "未决事项": [
            {"检查": check.name, "结论": check.verdict, "结果": check.value, "限值": check.limit}
            for check in found.open_findings
        ],
    }


def _named(members: Iterable[str], names: Mapping[str, str]) -> str:
    """Return members by their Chinese names; one without a name by its code."""
    return "、".join(sorted(names.get(member, member) for member in members))
