"""A refusal as an officer gives it, 拒绝: one to four coded reasons, one of them actionable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinyidai.catalogue.denials import DENIAL_REASONS

FEWEST_REASONS = 1
MOST_REASONS = 4
LONGEST_NOTE = 500


@dataclass(frozen=True)
class DenialGiven:
    """A coded reason with the officer's own words."""

    code: str
    note: str = ""


def denial_faults(reasons: Sequence[DenialGiven]) -> dict[str, str]:
    """Check that a refusal carries one to four known reasons, one of them actionable."""
    codes = [reason.code for reason in reasons]
    unknown = [code for code in codes if code not in DENIAL_REASONS]
    if unknown:
        return {"reasons": f"没有“{unknown[0]}”这个原因，请从清单里选。"}
    if not FEWEST_REASONS <= len(set(codes)) <= MOST_REASONS or len(set(codes)) != len(codes):
        return {"reasons": f"请选择 {FEWEST_REASONS} 到 {MOST_REASONS} 个原因，不要重复。"}
    if not any(DENIAL_REASONS[code].actionable for code in codes):
        return {"reasons": "请至少选择一个企业可以着手改进的原因。"}
    return {
        f"note_{reason.code}": f"选择“{DENIAL_REASONS[reason.code].name}”时请写明具体情况。"
        for reason in reasons
        if DENIAL_REASONS[reason.code].note_required and not reason.note.strip()
    } | {
        f"note_{reason.code}": f"说明最多 {LONGEST_NOTE} 个字。"
        for reason in reasons
        if len(reason.note) > LONGEST_NOTE
    }


def decision_reasons(reasons: Sequence[DenialGiven]) -> list[Mapping[str, str]]:
    """Return what is stored of the reasons: code, words and note as they were when decided."""
    return [
        {
            "code": reason.code,
            "name": DENIAL_REASONS[reason.code].name,
            "text": DENIAL_REASONS[reason.code].text,
            "next_step": DENIAL_REASONS[reason.code].next_step,
            "suggests": DENIAL_REASONS[reason.code].suggests.value,
            "note": reason.note.strip(),
        }
        for reason in reasons
    ]
