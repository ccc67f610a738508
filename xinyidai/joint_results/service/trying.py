"""Try a version on invented values, 试算: no firm's data, no authorization, nothing kept."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.evaluation import band_of, total_of
from xinyidai.joint_results.service.drafting import read_version
from xinyidai.joint_results.strict_json import LARGEST
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import InvalidInput

NOTHING = Missing(MissingCause.NO_RECORD)


@dataclass(frozen=True)
class Trial:
    """What a version says of invented values: the total that its bands cut, and the band."""

    total: float
    band: str


def try_out(actor: Actor, version_id: UUID, typed: Mapping[str, str]) -> Trial:
    """Return what a version says of these values, as typed; an empty one reads as 没有记录.

    Raises:
        NotFound: no version that the actor may see.
        InvalidInput: what is typed is no number; each input named.

    """
    spec = spec_of(read_version(actor, version_id).document)
    values = {code: _value(typed.get(code, "")) for code in spec.input_codes}
    faults = {code: "请填数字，没有数据就留空。" for code, one in values.items() if one is None}
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    read = {code: NOTHING if one is None else one for code, one in values.items()}
    return Trial(total_of(spec, read), band_of(spec, read))


def _value(text: str) -> float | Missing | None:
    """Return the number, 没有记录 for nothing, None for what is no number."""
    if not text.strip():
        return NOTHING
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST else None
