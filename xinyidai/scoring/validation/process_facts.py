"""Facts about the process around a model: who may do what, by which limits, what is still open."""

from typing import Any

from xinyidai.scoring import policies
from xinyidai.scoring.lifecycle import LIFECYCLE
from xinyidai.scoring.validation import limits, report
from xinyidai.scoring.validation.subject import Subject

Facts = dict[str, Any]


def access(_subject: Subject) -> Facts:
    """Say who may register, validate, approve and activate a model, and who may look at a score."""
    return {
        "可以登记、验证、启用的角色": sorted(role.value for role in policies.REGISTRARS),
        "可以查看评分的角色（须有授权）": sorted(role.value for role in policies.RECIPIENTS),
        "批准": "须由登记人、验证人以外的信用办人员",
    }


def steps(_subject: Subject) -> Facts:
    """List the steps a model version can take, from the table that the code obeys."""
    return {
        "模型版本的状态变化": [
            {
                "步骤": action.value,
                "从": "、".join(sorted(state.value for state in step.sources)),
                "到": step.target.value,
            }
            for action, step in LIFECYCLE.steps.items()
        ]
    }


def thresholds(_subject: Subject) -> Facts:
    """List every limit of validation and monitoring."""
    return {
        "限值": [
            {"名称": name, "值": str(value)}
            for name, value in sorted(vars(limits).items())
            if name.isupper()
        ]
    }


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
