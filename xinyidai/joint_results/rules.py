"""Rules of joint results, pure: limits, what a version differs in, what its bands give away."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from math import log2
from typing import Any

from xinyidai.catalogue.missing import Missing
from xinyidai.joint_results.values import Difference, PopulationCheck, Spec, Value

RULE_VERSION = "joint-2026.2"
DAYS_OF_VERSIONS = 30
MOST_VERSIONS = 4  # handed in for review by one bank within 30 days
DAYS_OF_BITS = 365
MOST_BITS = 40.0  # about one firm to one bank within a year
FEWEST_SHOWN = 5  # fewer firms are shown as «不足 5 家»
FEWEST_RESULTS = 10  # fewer results of a run give no distribution at all
FEWEST_FIRMS = 30  # below that, shares say nothing
MOST_TOLD = 0.8
GROUPS = 5
FEW_CHANGES = 2
CUTS = "bands"
IGNORED = ("name", "plain_purpose", "code")


def content_hash(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of a document, hexadecimal."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def bits_of(bands: int) -> float:
    """Return the most that one result can tell, in bits: log2 of the number of bands."""
    return log2(bands)


def is_spent(bits_so_far: float, bits: float) -> bool:
    """Tell whether one more result would tell a bank more of a firm than the year's most."""
    return bits_so_far + bits > MOST_BITS + 1e-9


def changed_places(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the places where two documents differ, sorted; names and titles do not count."""
    left, right = dict(_leaves(one, "")), dict(_leaves(other, ""))
    places = left.keys() | right.keys()
    return sorted(place for place in places if left.get(place) != right.get(place))


def nearest(
    document: Mapping[str, Any], earlier: Iterable[tuple[Any, str, Mapping[str, Any]]]
) -> Difference | None:
    """Return the difference to the version (id, label, document) that differs in least places."""
    best: Difference | None = None
    for version_id, label, content in earlier:
        changed = changed_places(document, content)
        if best is None or len(changed) < len(best.changed):
            only_cuts = all(place.startswith(CUTS) for place in changed)
            best = Difference(version_id, label, changed, only_cuts)
    return best


def looks_like_probe(difference: Difference | None, versions: int) -> bool:
    """Tell whether the reviewer is warned: hardly anything changed, in one of several versions.

    `versions` were handed in before within 30 days.
    """
    if difference is None or versions == 0:
        return False
    return difference.only_cuts or len(difference.changed) <= FEW_CHANGES


def check_population(
    spec: Spec, firms: Sequence[Mapping[str, Value]], bands: Sequence[str]
) -> PopulationCheck:
    """Count firms by band, and measure which input the band gives away most."""
    counted = Counter(bands)
    counts = {band.name: counted.get(band.name, 0) for band in spec.bands}
    if len(firms) < FEWEST_FIRMS:
        return PopulationCheck(len(firms), counts, None, None)
    told = {code: _told([firm[code] for firm in firms], bands) for code in spec.input_codes}
    code = max(told, key=lambda one: told[one])
    return PopulationCheck(len(firms), counts, told[code], code)


def population_faults(check: PopulationCheck) -> list[str]:
    """Return why the bands cannot be approved; empty when nothing speaks against them."""
    faults = []
    # No firm reads like one to four: else a band cut to fit one firm would tell whether it is so.
    fewest = 0 if check.firms >= FEWEST_FIRMS else 1
    narrow = [name for name, count in check.counts.items() if fewest <= count < FEWEST_SHOWN]
    if narrow:
        faults.append(
            f"“{'、'.join(narrow)}”档的企业不足 {FEWEST_SHOWN} 家，结果可能指向个别企业。"
            "请合并相邻档后重新提交。"
        )
    if check.told is not None and check.told > MOST_TOLD:
        faults.append(
            "结果几乎由一项指标决定，拿到结果等于知道这项指标。请使用更多指标或减少档数。"
        )
    return faults


def suppressed(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the counts as they may be shown, None where fewer than five (zero stays zero).

    A single hidden count could be worked out from the sum, so the smallest other one is hidden
    with it.
    """
    shown: dict[str, int | None] = {
        name: None if 0 < count < FEWEST_SHOWN else count for name, count in counts.items()
    }
    if sum(count is None for count in shown.values()) == 1:
        others = [name for name, count in shown.items() if count]
        if others:
            shown[min(others, key=lambda name: counts[name])] = None
    return shown


def _leaves(content: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(content, Mapping):
        for name, inner in content.items():
            if where or name not in IGNORED:
                yield from _leaves(inner, f"{where}.{name}" if where else str(name))
    elif isinstance(content, list):
        for place, inner in enumerate(content):
            mark = inner.get("code", place) if isinstance(inner, Mapping) else place
            yield from _leaves(inner, f"{where}[{mark}]")
    else:
        yield where, content


def _told(values: Sequence[Value], bands: Sequence[str]) -> float:
    """Return the share of an input's entropy, in five groups, that knowing the band takes away."""
    groups = _groups(values)
    whole = _entropy(Counter(groups).values())
    if whole == 0:
        return 0.0
    pairs = Counter(zip(bands, groups, strict=True))
    by_band: dict[str, list[int]] = {}
    for (band, _), count in pairs.items():
        by_band.setdefault(band, []).append(count)
    rest = sum(sum(counts) / len(bands) * _entropy(counts) for counts in by_band.values())
    return max(0.0, 1 - rest / whole)


def _groups(values: Sequence[Value]) -> list[str]:
    present = sorted(value for value in values if not isinstance(value, Missing))
    edges = sorted(
        {present[len(present) * part // GROUPS] for part in range(1, GROUPS)} if present else ()
    )
    return [
        value.cause.value
        if isinstance(value, Missing)
        else str(sum(value >= edge for edge in edges))
        for value in values
    ]


def _entropy(counts: Iterable[int]) -> float:
    listed = [count for count in counts if count]
    total = sum(listed)
    return -sum(count / total * log2(count / total) for count in listed)
