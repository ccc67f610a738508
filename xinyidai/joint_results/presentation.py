"""An invented model in the format that banks hand in, for the page and the API's description."""

from typing import Any

EXAMPLE: dict[str, Any] = {
    "format": "xinyidai-joint-model/1",
    "code": "demo_yes_no",
    "name": "演示准入判断",
    "purpose": "limit_estimate",
    "plain_purpose": "看企业是否符合演示信用贷的准入线，只回答是或否",
    "kind": "logistic",
    "base": -2,
    "inputs": [
        {
            "code": code,
            "coefficient": weight,
            "low": 0,
            "high": high,
            "missing": {"no_record": 0, "stale": 0},
        }
        for code, weight, high in (
            ("years_established", 0.2, 15),
            ("tax_paid_12m", 0.00000002, 100_000_000),
            ("tax_grade_latest", 0.4, 4),
        )
    ],
    "bands": [{"name": "是", "from": 0.5}, {"name": "否"}],
}
