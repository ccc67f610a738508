"""Invented model documents: a scorecard, a logistic model and trees, each small and sound."""

import json
from typing import Any

MISSING = {"no_record": 5, "stale": 3}


def card(**changes: Any) -> dict[str, Any]:
    """Return a scorecard of three inputs with three bands."""
    document: dict[str, Any] = {
        "format": "xinyidai-joint-model/1",
        "code": "demo_card",
        "name": "演示小微评分卡",
        "purpose": "pre_loan",
        "plain_purpose": "看企业能不能进入演示小微贷的下一步审查",
        "kind": "scorecard",
        "base": 100,
        "inputs": [
            card_input("years_established", [3, 8]),
            card_input("tax_paid_12m", [1_000_000, 20_000_000]),
            card_input("tax_grade_latest", [2, 3]),
        ],
        "bands": [{"name": "甲", "from": 160}, {"name": "乙", "from": 130}, {"name": "丙"}],
    }
    return document | changes


def card_input(code: str, edges: list[float], points: tuple[float, ...] = (5, 20, 30)) -> Any:
    """Return an input with rising points."""
    bins: list[dict[str, float]] = [
        {"below": edge, "points": point} for edge, point in zip(edges, points, strict=False)
    ]
    return {"code": code, "bins": [*bins, {"points": points[len(edges)]}], "missing": MISSING}


def logistic(**changes: Any) -> dict[str, Any]:
    """Return a logistic model over the same inputs."""
    inputs = [
        {"code": code, "coefficient": weight, "low": 0, "high": high, "missing": MISSING}
        for code, weight, high in (
            ("years_established", 0.5, 30),
            ("tax_paid_12m", 1e-7, 1e8),
            ("judgements_36m", -0.8, 10),
        )
    ]
    bands = [{"name": "是", "from": 1.5}, {"name": "否"}]
    return card(kind="logistic", inputs=inputs, base=-2, bands=bands) | changes


def trees(**changes: Any) -> dict[str, Any]:
    """Return two small trees over the same inputs."""
    codes = ("years_established", "tax_paid_12m", "tax_grade_latest")
    first = [
        {"input": codes[0], "below": 3, "then": 1, "else": 2},
        {"points": -1},
        {"input": codes[1], "below": 1_000_000, "then": 3, "else": 4},
        {"points": 0.5},
        {"points": 2},
    ]
    second = [{"input": codes[2], "below": 3, "then": 1, "else": 2}, {"points": 0}, {"points": 1}]
    inputs = [{"code": code, "missing": {"no_record": 0, "stale": 0}} for code in codes]
    bands = [{"name": "是", "from": 1.5}, {"name": "否"}]
    return card(kind="trees", inputs=inputs, base=0, bands=bands, trees=[first, second]) | changes


def raw(document: Any) -> bytes:
    """Return a document as a bank would send it."""
    return json.dumps(document, ensure_ascii=False).encode()
