"""From indicators to what the model sees; one object for training, batch and a single firm."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.encoding import Encoding, encoding_from_json, encoding_json
from xinyidai.scoring.values import (
    FeatureKind,
    Flags,
    Floats,
    IndicatorInput,
    MissingPolicy,
    ValueFormat,
)

FEN_PER_WAN = 1_000_000


@dataclass(frozen=True)
class Wording:
    """How a feature speaks to people, in plain Chinese; `level_labels` names single values."""

    label: str
    show: ValueFormat = ValueFormat.NUMBER
    unit: str = ""
    reason_text: str = ""
    suggestion: str = ""
    level_labels: tuple[tuple[str, str], ...] = ()

    def value_text(self, value: float | str) -> str:
        """Return a value as a person would write it."""
        named = dict(self.level_labels).get(level_text(value))
        if named is not None:
            return named
        if isinstance(value, str):
            return value
        if self.show is ValueFormat.FEN:
            return f"{value / FEN_PER_WAN:,.2f} 万元"
        if self.show is ValueFormat.SHARE:
            return f"{value:.1%}"
        number = f"{value:,.4g}" if value != int(value) else f"{int(value):,}"
        return f"{number} {self.unit}".rstrip()


@dataclass(frozen=True)
class FeatureTransform:
    """How one feature's values and gaps become a number.

    `sign` is the effect on the risk of default: +1 a larger value is riskier, -1 safer, 0 not
    known. `low` and `high` are the range seen in training; `placed` is the learned position of a
    missing value on the same axis (None under the native policy); `trials` are values a firm could
    have, among them its best; `levels` are the categories, whose index is the value.
    """

    name: str
    kind: FeatureKind
    sign: int
    low: float
    high: float
    placed: float | None
    trials: tuple[float, ...]
    wording: Wording
    levels: tuple[str, ...] = ()
    core: bool = False

    @property
    def worst(self) -> float:
        """The riskiest legal value; only a feature with a sign has one."""
        if self.sign == 0:
            raise ValueError(f"{self.name} has no declared sign, hence no worst value")
        return self.high if self.sign > 0 else self.low

    @property
    def best_values(self) -> tuple[float, ...]:
        """The values to try for «as good as it gets»."""
        if self.sign == 0:
            return self.trials
        return (self.low if self.sign > 0 else self.high,)

    def encode(self, value: float | str) -> float:
        """Return the number for a present value; a category not seen in training is NaN."""
        if isinstance(value, str):
            usable = self.kind is FeatureKind.CATEGORICAL
        else:
            usable = math.isfinite(value)
        if not usable:
            raise InvalidInput(
                f"指标「{self.wording.label}」的值不是有限的数。", code="bad_indicator_value"
            )
        if self.kind is FeatureKind.NUMERIC:
            return float(value)
        return self._places.get(level_text(value), math.nan)

    @cached_property
    def _places(self) -> dict[str, float]:
        return {level: float(place) for place, level in enumerate(self.levels)}


@dataclass(frozen=True)
class Transform:
    """Features in the model's order, the policy for gaps, calibration and the core rule."""

    features: tuple[FeatureTransform, ...]
    policy: MissingPolicy
    calibration: Calibration
    scale_version: str
    min_core: int = 0
    encoding: Encoding | None = None

    def __post_init__(self) -> None:
        """Refuse a placed policy where a gap would have no place or withholding no worst value."""
        if self.encoding is not None and self.encoding.features != len(self.features):
            raise ValueError("the encoding is of another number of features")
        if self.policy is MissingPolicy.PLACED:
            if self.encoding is not None:
                raise ValueError("encoded categories have no sign, hence no placed gaps")
            loose = [f.name for f in self.features if f.sign == 0 or f.placed is None]
            if loose:
                raise ValueError(f"no sign or no position for missing values: {', '.join(loose)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names in the model's order."""
        return tuple(feature.name for feature in self.features)

    def raw_row(self, values: Mapping[str, IndicatorInput]) -> tuple[Floats, Flags]:
        """Return a firm's values (1 × features, NaN where absent) and which are withheld.

        Indicators the model does not use are ignored; a feature about which the mapping says
        nothing is refused, for silence is not a cause.
        """
        unsaid = [name for name in self.names if name not in values]
        if unsaid:
            raise InvalidInput(
                "评分所需的指标没有给出，也没有说明原因。",
                fields=dict.fromkeys(unsaid, "没有给出"),
                code="indicator_unsaid",
            )
        given = [values[name] for name in self.names]
        raw = [
            math.nan if isinstance(value, Missing) else feature.encode(value)
            for feature, value in zip(self.features, given, strict=True)
        ]
        withheld = [
            isinstance(value, Missing) and value.cause is MissingCause.NOT_AUTHORIZED
            for value in given
        ]
        return np.array([raw], dtype=np.float64), np.array([withheld], dtype=np.bool_)

    def matrix(self, raw: Floats, withheld: Flags | None = None) -> Floats:
        """Return what the model sees for raw values (n × features, NaN where absent)."""
        if raw.ndim != 2 or raw.shape[1] != len(self.features):  # noqa: PLR2004 - rows × columns
            raise InvalidInput("评分矩阵的列数与模型不符。", code="bad_matrix")
        if np.isinf(raw).any():
            raise InvalidInput("评分矩阵里有无穷大。", code="bad_matrix")
        seen = np.maximum(raw, self.lows)
        np.minimum(seen, self.highs, out=seen)
        gap = np.isnan(raw)
        if withheld is not None:
            gap |= withheld
        np.copyto(seen, self.places, where=gap)
        if withheld is not None and self.policy is MissingPolicy.PLACED:
            np.copyto(seen, self.worsts, where=withheld)
        return seen

    @property
    def columns(self) -> int:
        """Number of columns the trees were trained on."""
        return len(self.features) if self.encoding is None else self.encoding.columns

    def widen(self, seen: Floats) -> Floats:
        """Return the trees' columns for what `matrix` returned: encoded categories as numbers."""
        return seen if self.encoding is None else self.encoding.widen(seen)

    def by_feature(self, shares: Floats) -> Floats:
        """Return contributions of the trees' columns by feature."""
        return shares if self.encoding is None else self.encoding.folded(shares)

    @cached_property
    def lows(self) -> Floats:
        """The low ends of the training ranges, by feature."""
        return np.array([feature.low for feature in self.features], dtype=np.float64)

    @cached_property
    def highs(self) -> Floats:
        """The high ends of the training ranges, by feature."""
        return np.array([feature.high for feature in self.features], dtype=np.float64)

    @cached_property
    def places(self) -> Floats:
        """Where a gap stands, by feature; NaN where the model handles gaps itself."""
        placed = [math.nan if f.placed is None else f.placed for f in self.features]
        return np.array(placed, dtype=np.float64)

    @cached_property
    def worsts(self) -> Floats:
        """The riskiest legal values, by feature; only of a transform with every sign declared."""
        return np.array([feature.worst for feature in self.features], dtype=np.float64)

    @cached_property
    def core(self) -> Flags:
        """Which features count as core."""
        return np.array([feature.core for feature in self.features], dtype=np.bool_)

    def lacks_core(self, raw: Floats, withheld: Flags | None = None) -> Flags:
        """Tell for each row whether fewer core features are present than the model needs."""
        present = ~np.isnan(raw[:, self.core])
        if withheld is not None:
            present &= ~withheld[:, self.core]
        counted: Flags = np.count_nonzero(present, axis=1) < self.min_core
        return counted


def level_text(value: float | str) -> str:
    """Return the name of a category; 1, 1.0 and "1" are the same category."""
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) else repr(float(value))


def transform_json(transform: Transform) -> dict[str, object]:
    """Return the transform as plain JSON values."""
    encoding = transform.encoding
    return {
        **({} if encoding is None else {"encoding": encoding_json(encoding)}),
        "features": [_feature_json(feature) for feature in transform.features],
        "missing": transform.policy.value,
        "calibration": {
            "slope": transform.calibration.slope,
            "intercept": transform.calibration.intercept,
        },
        "master_scale": transform.scale_version,
        "min_core": transform.min_core,
    }


def _feature_json(feature: FeatureTransform) -> dict[str, object]:
    words = feature.wording
    return {
        "name": feature.name,
        "kind": feature.kind.value,
        "sign": feature.sign,
        "low": feature.low,
        "high": feature.high,
        "placed": feature.placed,
        "trials": list(feature.trials),
        "levels": list(feature.levels),
        "core": feature.core,
        "label": words.label,
        "show": words.show.value,
        "unit": words.unit,
        "reason_text": words.reason_text,
        "suggestion": words.suggestion,
        "level_labels": dict(words.level_labels),
    }


def transform_from_json(document: Mapping[str, object]) -> Transform:
    """Return the transform a JSON document describes; a missing or odd part is an error."""
    features = _as_sequence(document["features"])
    calibration = _as_mapping(document["calibration"])
    encoding = document.get("encoding")
    return Transform(
        features=tuple(_feature_from_json(_as_mapping(feature)) for feature in features),
        policy=MissingPolicy(str(document["missing"])),
        calibration=Calibration(
            _as_float(calibration["slope"]), _as_float(calibration["intercept"])
        ),
        scale_version=str(document["master_scale"]),
        min_core=int(_as_float(document["min_core"])),
        encoding=None if encoding is None else encoding_from_json(_as_mapping(encoding)),
    )


def _feature_from_json(document: Mapping[str, object]) -> FeatureTransform:
    sign = int(_as_float(document["sign"]))
    if sign not in {-1, 0, 1}:
        raise ValueError(f"sign {sign} is none of -1, 0, 1")
    placed = document["placed"]
    named = _as_mapping(document["level_labels"])
    return FeatureTransform(
        name=str(document["name"]),
        kind=FeatureKind(str(document["kind"])),
        sign=sign,
        low=_as_float(document["low"]),
        high=_as_float(document["high"]),
        placed=None if placed is None else _as_float(placed),
        trials=tuple(_as_float(value) for value in _as_sequence(document["trials"])),
        levels=tuple(str(level) for level in _as_sequence(document["levels"])),
        core=document["core"] is True,
        wording=Wording(
            label=str(document["label"]),
            show=ValueFormat(str(document["show"])),
            unit=str(document["unit"]),
            reason_text=str(document["reason_text"]),
            suggestion=str(document["suggestion"]),
            level_labels=tuple((key, str(value)) for key, value in named.items()),
        ),
    )


def _as_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _as_mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not a mapping")
    return value


def _as_sequence(value: object) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"{value!r} is not a list")
    return value
