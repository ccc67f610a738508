"""A town whose firm declares something, with the office and department that verify it."""

from collections.abc import Callable

import pytest

from tests.factories import files, parties
from tests.factories.rights import Town
from xinyidai.declarations import service
from xinyidai.declarations.models import Declaration
from xinyidai.kernel.actor import Actor, Role

CERTIFICATE = {
    "certificate_kind": "质量管理体系认证",
    "certificate_no": "YS-演示-001",
    "organ": "鹰川市演示认证中心",
    "issued_on": "2025-03-01",
    "valid_until": "2060-02-28",
}
BASIS = "已在认证机构网站核对证书编号和有效期"


@pytest.fixture
def town(db) -> Town:
    return Town()


@pytest.fixture
def market(db) -> Actor:
    """A clerk of the department that verifies certificates."""
    office = parties.department(code="market_regulation")
    return parties.account(Role.DEPARTMENT, office).as_actor()


@pytest.fixture
def drafted() -> Callable[[Town], Declaration]:
    def make(town: Town) -> Declaration:
        made = service.start_declaration(town.boss, "qualification")
        assert service.save_fields(town.boss, made.id, CERTIFICATE) == {}
        service.attach_file(town.boss, made.id, "证书.pdf", files.pdf())
        return made

    return make


@pytest.fixture
def submitted(drafted) -> Callable[[Town], Declaration]:
    return lambda town: service.submit_declaration(town.boss, drafted(town).id, agreed=True)


@pytest.fixture
def verified(submitted) -> Callable[[Town], Declaration]:
    return lambda town: service.verify_declaration(town.clerk.as_actor(), submitted(town).id, BASIS)
