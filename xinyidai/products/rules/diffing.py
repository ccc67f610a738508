"""What a version changes against another, 差异: criteria by their code, in plain Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass

from xinyidai.products.rules.parsing import RULE_REASONS
from xinyidai.products.values import Criterion


@dataclass(frozen=True)
class CriterionChange:
    """One criterion before and after; an empty text is not there."""

    before: str
    after: str

    @property
    def what(self) -> str:
        """Return whether it is new, gone or changed."""
        if not self.before:
            return "新增"
        return "改动" if self.after else "删去"


def criteria_changes(
    before: Sequence[Criterion], after: Sequence[Criterion]
) -> tuple[CriterionChange, ...]:
    """Return the criteria that differ, those of the newer version in their order first."""
    old = {criterion.code: criterion for criterion in before}
    new = {criterion.code: criterion for criterion in after}
    changes = [
        CriterionChange(_told(old.get(code)), _told(criterion))
        for code, criterion in new.items()
        if old.get(code) != criterion
    ]
    gone = [CriterionChange(_told(old[code]), "") for code in old if code not in new]
    return (*changes, *gone)


def _told(criterion: Criterion | None) -> str:
    if criterion is None:
        return ""
    day = criterion.effective_from
    parts = [
        criterion.threshold_text(),
        f"理由：{RULE_REASONS[criterion.reason_code]}",
        f"说明：{criterion.denial_text}",
        f"{day.isoformat()} 起生效" if day else "",
        "" if criterion.show_threshold else "不公开门槛",
    ]
    return "；".join(part.rstrip("。；") for part in parts if part)
