"""What to train: the specification of a model (模型规格), from YAML or from the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.transform import Wording, level_text
from xinyidai.scoring.values import FeatureKind, MissingPolicy, ModelState, ValueFormat

TRAINABLE_STATES = (ModelState.CANDIDATE, ModelState.REFERENCE)


@dataclass(frozen=True)
class LabelSpec:
    """The outcome column; `positive` is the value that means default, as text."""

    column: str
    positive: str = "1"
    meaning: str = "违约"


@dataclass(frozen=True)
class FeatureSpec:
    """One feature: its effect on the risk of default and why we may say so."""

    name: str
    wording: Wording
    monotone: int = 0
    justification: str = ""
    kind: FeatureKind | None = None
    core: bool = False


@dataclass(frozen=True)
class TrainingSpec:
    """Everything that decides a model besides the table; no features means every column."""

    code: str
    label: LabelSpec
    version: str = "1"
    title: str = ""
    features: tuple[FeatureSpec, ...] = ()
    exclude: tuple[str, ...] = ()
    folds: int = 5
    seed: int = 1
    time_column: str | None = None
    missing: MissingPolicy = MissingPolicy.NATIVE
    min_core: int = 0
    state: ModelState = ModelState.CANDIDATE
    demo: bool = False
    purpose: str = ""
    fit_for: tuple[str, ...] = ()
    not_fit_for: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    leaks_reviewed: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, float] = field(default_factory=dict)
    trained_on: str = ""
    search: bool = True
    challengers: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be trained, in words for the person who wrote the specification."""
        problems = _problems(self)
        if problems:
            raise InvalidInput("模型规格有误。", fields=problems, code="bad_training_spec")


def _problems(spec: TrainingSpec) -> dict[str, str]:
    names = [feature.name for feature in spec.features]
    cores = sum(feature.core for feature in spec.features)
    checks = {
        "code": (not spec.code.replace("-", "").isalnum(), "只能用字母、数字和连字符。"),
        "version": (not spec.version.replace(".", "").isalnum(), "只能用字母、数字和点。"),
        "folds": (spec.folds < 2, "至少两折。"),  # noqa: PLR2004 - the least that can be split
        "features": (len(set(names)) != len(names), "特征重复。"),
        "exclude": (bool(set(names) & set(spec.exclude)), "同一列既是特征又被排除。"),
        "label": (spec.label.column in names, "结果列不能作特征。"),
        "min_core": (spec.min_core > cores, "核心特征不足这个数。"),
        "state": (spec.state not in TRAINABLE_STATES, "训练只产生候选或参考模型。"),
        "monotone": (any(f.monotone not in {-1, 0, 1} for f in spec.features), "只能是 -1、0、1。"),
        "missing": (
            spec.missing is MissingPolicy.PLACED and not all(f.monotone for f in spec.features),
            "placed 要求每个特征都声明风险方向。",
        ),
        "justification": (
            any(f.monotone and not f.justification for f in spec.features),
            "声明了风险方向的特征必须说明理由。",
        ),
    }
    return {name: message for name, (broken, message) in checks.items() if broken}


def read_spec(path: Path) -> TrainingSpec:
    """Read a YAML specification; a key it does not know is an error."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise InvalidInput(f"读不出模型规格：{problem}", code="bad_training_spec") from problem
    return spec_from(document)


def spec_from(document: object) -> TrainingSpec:
    """Build a specification from plain values, as YAML or JSON give them."""
    given = _known(document, {item.name for item in fields(TrainingSpec)}, "规格")
    label = _known(given.pop("label", None), {"column", "positive", "meaning"}, "label")
    try:
        values: dict[str, Any] = {
            name: _READERS.get(name, str)(value) for name, value in given.items()
        }
        positive = level_text(_scalar(label.get("positive", 1)))
        return TrainingSpec(
            label=LabelSpec(
                str(label["column"]), positive, str(label.get("meaning", LabelSpec.meaning))
            ),
            **values,
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise InvalidInput(f"模型规格有误：{problem}", code="bad_training_spec") from problem


def spec_json(spec: TrainingSpec) -> dict[str, object]:
    """Return the specification as plain values; `spec_from` gives it back."""
    document: dict[str, object] = {
        item.name: getattr(spec, item.name) for item in fields(TrainingSpec)
    }
    document["label"] = vars(spec.label).copy()
    document["features"] = [_feature_json(feature) for feature in spec.features]
    for name in ("exclude", "fit_for", "not_fit_for"):
        document[name] = list(getattr(spec, name))
    for name in ("data", "leaks_reviewed", "params"):
        document[name] = dict(getattr(spec, name))
    document["missing"] = spec.missing.value
    document["state"] = spec.state.value
    return {name: value for name, value in document.items() if value is not None}


def with_features(spec: TrainingSpec, names: tuple[str, ...]) -> TrainingSpec:
    """Return the specification with plain features, for a table that came without one."""
    return replace(spec, features=tuple(FeatureSpec(name, Wording(name)) for name in names))


def _feature_json(feature: FeatureSpec) -> dict[str, object]:
    words = feature.wording
    document: dict[str, object] = {
        "name": feature.name,
        "label": words.label,
        "monotone": feature.monotone,
        "justification": feature.justification,
        "core": feature.core,
        "show": words.show.value,
        "unit": words.unit,
        "reason_text": words.reason_text,
        "suggestion": words.suggestion,
        "level_labels": dict(words.level_labels),
    }
    return document if feature.kind is None else document | {"kind": feature.kind.value}


_FEATURE_KEYS = {
    "name",
    "label",
    "monotone",
    "justification",
    "kind",
    "core",
    "show",
    "unit",
    "reason_text",
    "suggestion",
    "level_labels",
}


def _feature(document: object) -> FeatureSpec:
    given = _known(document, _FEATURE_KEYS, "feature")
    named = _mapping(given.get("level_labels", {}))
    name = str(given["name"])
    return FeatureSpec(
        name=name,
        monotone=_whole(given.get("monotone", 0)),
        justification=str(given.get("justification", "")),
        kind=FeatureKind(str(given["kind"])) if "kind" in given else None,
        core=_flag(given.get("core", False)),
        wording=Wording(
            label=str(given.get("label", name)),
            show=ValueFormat(str(given.get("show", ValueFormat.NUMBER))),
            unit=str(given.get("unit", "")),
            reason_text=str(given.get("reason_text", "")),
            suggestion=str(given.get("suggestion", "")),
            level_labels=tuple((level_text(_scalar(k)), str(v)) for k, v in named.items()),
        ),
    )


def _known(document: object, keys: set[str], where: str) -> dict[str, object]:
    given = {str(key): value for key, value in _mapping(document).items()}
    unknown = sorted(set(given) - keys)
    if unknown:
        raise InvalidInput(
            f"模型规格的 {where} 里有不认识的项：{'、'.join(unknown)}", code="bad_training_spec"
        )
    return given


def _mapping(value: object) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise InvalidInput("模型规格的这一部分应当是键值。", code="bad_training_spec")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _scalar(value: object) -> float | str:
    if not isinstance(value, bool | int | float | str):
        raise TypeError(f"{value!r} is not a single value")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(value))


def _text_map(value: object) -> dict[str, str]:
    return {str(key): str(item) for key, item in _mapping(value).items()}


_READERS: dict[str, Callable[[object], Any]] = {
    "features": lambda value: tuple(_feature(item) for item in _list(value)),
    "exclude": _texts,
    "fit_for": _texts,
    "not_fit_for": _texts,
    "folds": _whole,
    "seed": _whole,
    "min_core": _whole,
    "missing": lambda value: MissingPolicy(str(value)),
    "state": lambda value: ModelState(str(value)),
    "demo": _flag,
    "search": _flag,
    "challengers": _flag,
    "data": _text_map,
    "leaks_reviewed": _text_map,
    "params": lambda value: {str(k): _number(v) for k, v in _mapping(value).items()},
}
