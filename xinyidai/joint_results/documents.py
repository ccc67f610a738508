"""A bank's model document, 模型文件: strictly read into a `Spec`; unknown names are refused.

The format is described in docs/joint-models.md. There is no code and no expression in it.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import ITEMS, disclosable_kinds
from xinyidai.catalogue.missing import MissingCause
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.joint_results import tree_document, values
from xinyidai.joint_results.reading import Part, faulty, require_sound
from xinyidai.joint_results.strict_json import read_document
from xinyidai.joint_results.values import (
    DECLARED_CAUSES,
    FORMAT,
    PURPOSES,
    Band,
    Bin,
    CardInput,
    LinearInput,
    ModelInput,
    ModelKind,
    Spec,
    TreeInput,
)

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
LONGEST_NAME, LONGEST_PURPOSE, LONGEST_BAND = 40, 120, 12


def parse(raw: bytes) -> tuple[Spec, dict[str, Any]]:
    """Return what the document says, and the document itself as plain JSON.

    Raises:
        InvalidInput: `fields` names each place that is wrong (at most 20) with what to do.

    """
    document = read_document(raw)
    return spec_of(document), document


def spec_of(document: Mapping[str, Any]) -> Spec:
    """Return the model that a document describes, or raise `InvalidInput`."""
    faults: dict[str, str] = {}
    root = Part(document, "", faults)
    if root.text("format", 40) != FORMAT:
        faulty(faults, "format", f"请写 {FORMAT}。")
    kind = root.choice("kind", ModelKind, ModelKind.SCORECARD)
    purpose = _purpose(root)
    spec = Spec(
        code=_code(root),
        name=root.text("name", LONGEST_NAME),
        purpose=purpose,
        plain_purpose=root.text("plain_purpose", LONGEST_PURPOSE),
        kind=kind,
        inputs=_inputs(root, kind, purpose),
        base=root.number("base"),
        bands=_bands(root),
        trees=tree_document.trees_of(root) if kind is ModelKind.TREES else (),
    )
    root.close()
    if kind is ModelKind.TREES:
        tree_document.require_declared(spec, faults)
    require_sound(faults)
    return spec


def allowed_inputs(purpose: str) -> dict[str, str]:
    """Return the indicators, with names, that a model for this purpose may read."""
    kinds = disclosable_kinds(get_purpose(purpose).caps.items)
    found = indicator_dictionary().indicators.values()
    return {entry.code: entry.name for entry in found if kinds.issuperset(entry.kinds)}


def items_of(codes: list[str]) -> list[str]:
    """Return the authorization items that the inputs rest on, in the catalogue's order."""
    kinds = {kind for code in codes for kind in indicator_dictionary()[code].kinds}
    return [item.code for item in ITEMS.values() if kinds.intersection(item.kinds)]


def _code(root: Part) -> str:
    code = root.text("code", LONGEST_NAME)
    if code and CODE.fullmatch(code) is None:
        faulty(root.faults, "code", "请用 2 到 40 个小写字母、数字或下划线，以字母开头。")
    return code


def _purpose(root: Part) -> str:
    purpose = root.text("purpose", 40)
    if purpose in PURPOSES:
        return purpose
    faulty(root.faults, "purpose", f"请写其中之一：{'、'.join(PURPOSES)}。")
    return PURPOSES[0]


def _inputs(root: Part, kind: ModelKind, purpose: str) -> tuple[ModelInput, ...]:
    parts = root.parts("inputs", values.FEWEST_INPUTS, values.MOST_INPUTS)
    allowed, seen = allowed_inputs(purpose), set()
    found = []
    for part in parts:
        code = part.text("code", 64)
        if code in seen:
            part.fault("code", "同一项指标只能写一次。")
        elif code and code not in allowed:
            part.fault("code", _why_not(code))
        seen.add(code)
        found.append(READERS[kind](code, part))
        part.close()
    return tuple(found)


def _why_not(code: str) -> str:
    known = indicator_dictionary().indicators.get(code)
    if known is None:
        return f"指标字典里没有“{code[:40]}”。请在指标字典页面查指标代码。"
    return f"这个用途不能使用“{known.name}”。请删去，或更换用途。"


def _card_input(code: str, part: Part) -> CardInput:
    bins = []
    rows = part.parts("bins", 1, values.MOST_BINS)
    for place, row in enumerate(rows, 1):
        edge = row.number("below") if place < len(rows) else None
        bins.append(Bin(edge, row.number("points")))
        row.close()
    edges = [one.below for one in bins if one.below is not None]
    if any(left >= right for left, right in pairwise(edges)):
        part.fault("bins", "below 须从小到大，最后一箱不写 below。")
    return CardInput(code, tuple(bins), _missing(part))


def _linear_input(code: str, part: Part) -> LinearInput:
    low, high = part.number("low"), part.number("high")
    if low >= high:
        part.fault("low", "low 须小于 high。")
    coefficient = part.number("coefficient")
    if coefficient == 0:
        part.fault("coefficient", "系数为 0 的指标用不到，请删去。")
    return LinearInput(code, coefficient, low, high, _missing(part))


def _tree_input(code: str, part: Part) -> TreeInput:
    return TreeInput(code, _missing(part))


def _missing(part: Part) -> dict[MissingCause, float]:
    found = part.part("missing")
    if found is None:
        return {}
    read = {cause: found.number(cause.value) for cause in DECLARED_CAUSES}
    found.close()
    return read


def _bands(root: Part) -> tuple[Band, ...]:
    rows = root.parts("bands", values.FEWEST_BANDS, values.MOST_BANDS)
    found = []
    for place, row in enumerate(rows, 1):
        floor = row.number("from") if place < len(rows) else None
        found.append(Band(row.text("name", LONGEST_BAND), floor))
        row.close()
    floors = [one.floor for one in found if one.floor is not None]
    if any(left <= right for left, right in pairwise(floors)):
        faulty(root.faults, "bands", "从好到差排列，from 须从大到小，最后一档不写 from。")
    if len({one.name for one in found}) < len(found):
        faulty(root.faults, "bands", "各档名称不能相同。")
    return tuple(found)


READERS: Mapping[ModelKind, Callable[[str, Part], ModelInput]] = {
    ModelKind.SCORECARD: _card_input,
    ModelKind.LOGISTIC: _linear_input,
    ModelKind.TREES: _tree_input,
}
