"""Use cases of model monitoring: labels, shadow, drift, alarms."""

from xinyidai.model_monitoring.service.alarms import close_alarm, take_alarm
from xinyidai.model_monitoring.service.labels import LabelCounts, export_labels
from xinyidai.model_monitoring.service.shadow import (
    MAY_SHADOW,
    ShadowComparison,
    compare_shadow,
    has_moved,
    run_shadows,
    start_shadow,
    stop_shadow,
)
from xinyidai.model_monitoring.service.watching import watch

__all__ = [
    "MAY_SHADOW",
    "LabelCounts",
    "ShadowComparison",
    "close_alarm",
    "compare_shadow",
    "export_labels",
    "has_moved",
    "run_shadows",
    "start_shadow",
    "stop_shadow",
    "take_alarm",
    "watch",
]
