"""The mark of a draft, 草稿标记: two people who edit at once notice each other.

A form carries the mark of what it was filled from. What somebody else saved since is never
overwritten unknowingly; the same content sent twice is no conflict.
"""

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal
from enum import StrEnum

from xinyidai.kernel.errors import Conflict
from xinyidai.products.models import ProductVersion
from xinyidai.products.service.reading import facts_of

CHANGED = "draft_changed"


class DraftPart(StrEnum):
    """What a form of a draft writes."""

    FACTS = "facts"  # 除样例以外的全部内容
    CRITERIA = "criteria"  # 准入条件
    EXAMPLES = "examples"  # 样例
    WHOLE = "whole"  # 全部内容


def draft_mark(version: ProductVersion, part: DraftPart) -> str:
    """Return the mark of one part of a version as it stands now."""
    facts = asdict(facts_of(version))
    examples = facts.pop("examples")
    if part is DraftPart.EXAMPLES:
        facts = {"examples": examples}
    elif part is DraftPart.CRITERIA:
        facts = {"criteria": facts["criteria"]}
    elif part is DraftPart.WHOLE:
        facts["examples"] = examples
    text = json.dumps(facts, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _plain(value: object) -> str:
    # 0.045 as typed and 0.045000 as stored are one rate.
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


def require_unchanged(
    version: ProductVersion, part: DraftPart, *, before: str, read_as: str | None
) -> None:
    """Raise `Conflict` where a write would undo what somebody else saved.

    `before` is the mark before the write, `read_as` the one the form was filled from; None is a
    caller that read nothing.
    """
    if read_as in {None, before} or draft_mark(version, part) == before:
        return
    raise Conflict(
        "您打开这一页之后，这份草稿又保存过（同事，或者您在别的页面）。您填的内容还在下面；"
        "请先另开一页看看现在的草稿，确认后再保存，会以您的内容为准。",
        code=CHANGED,
    )
