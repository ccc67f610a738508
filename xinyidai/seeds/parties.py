"""Who takes part in the invented city: offices, institutions with branches, and their people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from xinyidai.accounts import service as accounts
from xinyidai.accounts.models import Account
from xinyidai.accounts.service import NewAccount
from xinyidai.accounts.values import Position
from xinyidai.catalogue.kinds import DEPARTMENTS
from xinyidai.institutions import service as institutions
from xinyidai.institutions.models import Institution
from xinyidai.institutions.service import BranchFacts, DepartmentFacts, InstitutionFacts
from xinyidai.institutions.values import DepartmentKind, InstitutionKind
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db
from xinyidai.seeds.firms import DISTRICTS
from xinyidai.seeds.names import person_name, phone_number
from xinyidai.seeds.password import DEMO_PASSWORD
from xinyidai.seeds.records import office_name
from xinyidai.seeds.register import CITY_REGION

PASSWORD = DEMO_PASSWORD
PEOPLE_FROM = 5_000  # people of offices and banks; numbers below are legal representatives
BANK_ROLES = (Role.BANK_OFFICER, Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER)


@dataclass(frozen=True)
class BankPlan:
    """One invented institution; `clerk` is the first part of its people's logins."""

    clerk: str
    name: str
    short_name: str
    kind: InstitutionKind = InstitutionKind.BANK
    branches: int = 2


INSTITUTIONS: tuple[BankPlan, ...] = (
    BankPlan("yinhang", "鹰川演示银行股份有限公司", "鹰川演示银行", branches=4),
    BankPlan("nongshang", "鹰川演示农村商业银行股份有限公司", "演示农商行", branches=4),
    BankPlan("chengshang", "中原演示城市商业银行鹰川分行", "演示城商行", branches=3),
    BankPlan("gongshang", "演示工贸银行鹰川分行", "演示工贸银行", branches=3),
    BankPlan("jianshe", "演示建业银行鹰川分行", "演示建业银行", branches=3),
    BankPlan("nongye", "演示农兴银行鹰川分行", "演示农兴银行", branches=3),
    BankPlan("youzheng", "演示邮汇银行鹰川分行", "演示邮汇银行"),
    BankPlan("keji", "演示科创银行鹰川分行", "演示科创银行"),
    BankPlan("cunzhen", "鹰川望川演示村镇银行", "演示村镇银行", branches=1),
    BankPlan("xiaodai", "鹰川演示小额贷款有限公司", "演示小贷", InstitutionKind.MICRO_LENDER, 1),
    BankPlan("danbao", "鹰川市演示融资担保有限公司", "演示担保", InstitutionKind.GUARANTEE, 1),
    BankPlan("nongdan", "演示农业信贷担保鹰川分公司", "演示农担", InstitutionKind.GUARANTEE, 1),
    BankPlan("baoxian", "演示财产保险鹰川支公司", "演示财险", InstitutionKind.INSURER, 1),
    BankPlan("zulin", "鹰川演示融资租赁有限公司", "演示租赁", InstitutionKind.LEASING, 1),
)
# The people whom a first user tries; everybody else goes by the clerk's name.
LOGINS: Mapping[str, str] = {
    "yinhang1": "银行演示",
    "yinhang3": "产品演示",
    "danbao1": "担保演示",
    "xinyongban1": "信用办演示",
    "xinyongban2": "信用办演示二",
    "guanliyuan": "管理员演示",
    "jianguan": "监管演示",
    "gongxin": "部门演示",
    "yuanqu": "园区演示",
    "jiedao": "街道演示",
}
LENDERS = frozenset({InstitutionKind.BANK, InstitutionKind.MICRO_LENDER})
OFFICES: tuple[tuple[str, str, DepartmentKind], ...] = (
    ("credit_office", "鹰川市信用办（演示）", DepartmentKind.CREDIT_OFFICE),
    ("park", "鹰川高新技术产业园管委会（演示）", DepartmentKind.PARK),
    ("street", "鹰北区演示街道办事处", DepartmentKind.STREET),
    ("audit", "鹰川市金融监管组（演示）", DepartmentKind.AUDIT),
)


@dataclass
class Cast:
    """Everybody of the invented city by the key the seeds know them by; filled as they go along."""

    people: dict[str, Account] = field(default_factory=dict)
    banks: dict[str, Institution] = field(default_factory=dict)
    branches: dict[str, list[UUID]] = field(default_factory=dict)
    offices: dict[str, UUID] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """Return the actor of a person."""
        return self.people[key].as_actor()

    @property
    def lenders(self) -> Mapping[str, Institution]:
        """Return the institutions that lend."""
        return {code: bank for code, bank in self.banks.items() if bank.kind in LENDERS}

    def officers_of(self, code: str) -> list[Actor]:
        """Return the loan officers of an institution."""
        return [self.actor(f"{code}{number}") for number in (1, 2)]

    def manager_of(self, code: str) -> Actor:
        """Return the product manager of an institution."""
        return self.actor(f"{code}3")


def settle(cast: Cast) -> None:
    """Open offices, institutions, branches and the accounts of their people."""
    for code, name, kind in (*OFFICES, *_delivering()):
        facts = DepartmentFacts(code=code, name=name, kind=kind, region_code=CITY_REGION)
        cast.offices[code] = institutions.add_department(SYSTEM, facts).id
    for place, plan in enumerate(INSTITUTIONS):
        _admit(cast, plan, place)
    _open_offices(cast)


def _delivering() -> list[tuple[str, str, DepartmentKind]]:
    return [(code, office_name(code), DepartmentKind.DEPARTMENT) for code in DEPARTMENTS]


def _admit(cast: Cast, plan: BankPlan, place: int) -> None:
    bank = institutions.admit_institution(
        SYSTEM,
        InstitutionFacts(
            code=plan.clerk,
            name=plan.name,
            short_name=plan.short_name,
            kind=plan.kind,
            region_code=CITY_REGION,
            phone=phone_number(9_000 + place),
        ),
    )
    cast.banks[plan.clerk] = bank
    cast.branches[plan.clerk] = [
        institutions.add_branch(
            SYSTEM,
            bank.id,
            BranchFacts(
                code=f"{plan.clerk}-{number}",
                name=f"{plan.short_name}演示{number}号支行",
                region_code=DISTRICTS[(place + number) % len(DISTRICTS)],
                phone=phone_number(9_100 + 10 * place + number),
            ),
        ).id
        for number in range(1, plan.branches + 1)
    ]
    roles = (Role.GUARANTOR,) * 2 if plan.kind is InstitutionKind.GUARANTEE else BANK_ROLES
    for number, role in enumerate(roles, start=1):
        _hire(cast, f"{plan.clerk}{number}", role, institution_id=bank.id)


def _open_offices(cast: Cast) -> None:
    office = cast.offices["credit_office"]
    for login in ("xinyongban1", "xinyongban2"):
        _hire(cast, login, Role.CREDIT_OFFICE, department_id=office)
    _hire(cast, "guanliyuan", Role.OPERATOR)
    _hire(cast, "jianguan", Role.AUDITOR, department_id=cast.offices["audit"])
    for login, code in (
        ("gongxin", "industry_it"),
        ("jiaotong", "transport_bureau"),
        ("keji-ju", "science_technology"),
        ("shuiwu", "taxation"),
        ("yuanqu", "park"),
        ("jiedao", "street"),
    ):
        _hire(cast, login, Role.DEPARTMENT, department_id=cast.offices[code])


def _hire(
    cast: Cast,
    key: str,
    role: Role,
    *,
    institution_id: UUID | None = None,
    department_id: UUID | None = None,
) -> None:
    number = PEOPLE_FROM + len(cast.people)
    facts = NewAccount(
        login=LOGINS.get(key, key),
        name=person_name(number),
        role=role,
        password=PASSWORD,
        position=Position.STAFF,
        institution_id=institution_id,
        department_id=department_id,
        phone=phone_number(number),
        is_demo=True,
    )
    cast.people[key] = accounts.open_account(SYSTEM, facts)


def open_clients(cast: Cast) -> None:
    """Give two banks an API client whose id and secret are known, because nothing here is real."""
    for code in CLIENT_BANKS:
        actor = cast.actor("guanliyuan")
        bank = cast.banks[code]
        client, _ = accounts.open_client(
            actor, bank.id, f"{bank.short_name}核心系统", scope=CLIENT_SCOPE, is_demo=True
        )
        client.client_id = client_id_of(code)
        client.secret_hash = accounts.token_hash(client_secret_of(code))
    db.session.flush()


CLIENT_BANKS = ("yinhang", "nongshang")
CLIENT_SCOPE = "applications products queries"


def client_id_of(code: str) -> str:
    """Return the id of a demonstration client."""
    return f"xyd-demo-{code}"


def client_secret_of(code: str) -> str:
    """Return the secret of a demonstration client; it opens nothing but invented data."""
    return f"demo-secret-{code}-never-for-production"
