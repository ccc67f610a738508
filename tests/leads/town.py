"""A small town for the tests of leads: firms with profiles, a bank, and who speaks for whom."""

from dataclasses import dataclass, field
from uuid import UUID

from tests.factories import parties
from tests.products.worlds import criterion
from xinyidai.accounts.models import Account
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.actor import Actor, Role
from xinyidai.leads import service
from xinyidai.leads.values import Choice, ContactScope, SearchOrder
from xinyidai.profiles import service as profiles

MACHINERY = (criterion("industry", "in_industry", ["C34"]),)
MANY = 24  # enough firms for a number that is shown whatever is drawn
LARGE = (criterion("employees", "at_least", 100),)


@dataclass
class Town:
    """Firms of one trade with their owners, one bank with its officer, and another bank."""

    size: int = 7
    firms: list[Enterprise] = field(default_factory=list)
    owners: dict[UUID, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add_many(self.size)
        self.bank: Institution = parties.institution()
        self.staff: Account = parties.account(Role.BANK_OFFICER, self.bank)
        self.other: Institution = parties.institution()
        self.rival: Account = parties.account(Role.BANK_PRODUCT_MANAGER, self.other)

    def add(self, **changes: object) -> Enterprise:
        """Add a firm with a profile of the day and an owner who signs."""
        [firm] = self.add_many(1, **changes)
        return firm

    def add_many(self, count: int, **changes: object) -> list[Enterprise]:
        """Add firms with profiles of the day and owners who sign."""
        firms = [parties.enterprise(**changes) for _ in range(count)]
        if firms:
            profiles.build_some([firm.id for firm in firms])
        for firm in firms:
            self.owners[firm.id] = parties.account(Role.ENTERPRISE_USER, firm)
        self.firms += firms
        return firms

    @property
    def officer(self) -> Actor:
        return self.staff.as_actor()

    def boss(self, place: int = 0) -> Actor:
        return self.owners[self.firms[place].id].as_actor()

    def open_all(self) -> None:
        """Let every firm be willing to hear from anybody."""
        for place in range(len(self.firms)):
            service.choose_contact(self.boss(place), Choice(is_open=True, scope=ContactScope.ALL))

    def search(self, criteria=MACHINERY, name="找轴承厂", actor: Actor | None = None):
        """Count the firms of a trade."""
        return service.count_firms(actor or self.officer, SearchOrder(name, criteria))

    def invited(self):
        """Search, invite, and return the search."""
        self.open_all()
        search = self.search()
        service.invite_firms(self.officer, search.id)
        return search
