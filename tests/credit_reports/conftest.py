"""A town with its firm, and orders for each edition of a report."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.rights import Town
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_reports.values import ReportOrder
from xinyidai.kernel import clock

PERSON = "张演示"
PENALTY = {
    "cf_xdr_lb": "法人及非法人组织",
    "cf_frdb": "赵虚构",
    "cf_wsh": "鹰市监罚〔2026〕7号",
    "cf_sy": f"法定代表人{PERSON}指使赵虚构（110101199003071234，13800138000）篡改记录",
    "cf_nr": "罚款两万元",
    "cf_cfjg": "鹰川市市场监督管理局",
    "bz": "内部备注",
}


@pytest.fixture
def town(db: Any) -> Town:
    return Town()


@pytest.fixture
def order() -> Callable[..., ReportOrder]:
    """Make an order; the edition in place of certificates asks two departments for three years."""

    def make(edition: ReportEdition = ReportEdition.PUBLIC, **changes: Any) -> ReportOrder:
        today = clock.today()
        facts: dict[str, Any] = {"use": "financing", "request_key": uuid4().hex}
        if edition is ReportEdition.NO_VIOLATION:
            facts |= {
                "first": today - timedelta(days=3 * 365),
                "last": today,
                "departments": ("taxation", "ecology_environment"),
            }
        return ReportOrder(edition, **{**facts, **changes})

    return make


@contextmanager
def penalised(town: Town, days: int = 60) -> Iterator[None]:
    """Let the firm have an administrative penalty that names persons in its text."""
    town.deliver("administrative_penalty", "鹰市监罚〔2026〕7号", dict(PENALTY), days)
    yield
