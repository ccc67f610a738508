"""Reasons for a refusal, 拒贷原因: plain sentence, what to do next, what else could help."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class Suggestion(StrEnum):
    """What the page offers beside the reason."""

    PRODUCT = "product"  # 换产品
    GUARANTEE = "guarantee"  # 找担保
    NONE = "none"  # 无


@dataclass(frozen=True, kw_only=True)
class DenialReason:
    """One coded reason; `note_required` means that the officer must add words of their own."""

    code: str
    name: str
    text: str
    next_step: str
    actionable: bool
    suggests: Suggestion
    note_required: bool


def read_denial_reasons(root: Entry) -> tuple[str, Mapping[str, DenialReason]]:
    """Return version and reasons of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    reasons = [_reason(entry) for entry in root.entries("denial_reasons")]
    root.close()
    require_unique([reason.code for reason in reasons], "denial_reasons")
    return version, MappingProxyType({reason.code: reason for reason in reasons})


def _reason(entry: Entry) -> DenialReason:
    reason = DenialReason(
        code=entry.text("code"),
        name=entry.text("name"),
        text=entry.text("text"),
        next_step=entry.text("next_step"),
        actionable=entry.flag("actionable"),
        suggests=entry.choice("suggests", Suggestion),
        note_required=entry.flag("note_required"),
    )
    entry.close()
    return reason


@lru_cache
def _catalogue() -> tuple[str, Mapping[str, DenialReason]]:
    return read_denial_reasons(read_catalogue("denial_reasons.yaml"))


VERSION: str = _catalogue()[0]
DENIAL_REASONS: Mapping[str, DenialReason] = _catalogue()[1]
