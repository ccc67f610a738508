"""How financing needs are offered to banks, 融资需求规则: how many, how long; YAML."""

from dataclasses import dataclass
from decimal import Decimal

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import Entry, read_catalogue

MOST_PLACES = 10  # what the table of needs allows
WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class NeedPolicy:
    """Everything in the file; `open_days` in days, the other periods in working days.

    Amounts are alike when they are at most the share `same_amount` of the larger one apart.
    """

    version: str
    most_banks: int
    open_days: int
    claim_days: int
    answer_days: int
    contact_days: int
    same_amount: Decimal
    same_term_months: int


def read_need_policy(root: Entry) -> NeedPolicy:
    """Return the policy of a file, or raise `CatalogueBroken`."""
    alike = root.entry("alike")
    found = NeedPolicy(
        version=root.text("version"),
        most_banks=root.positive("most_banks"),
        open_days=root.positive("open_days"),
        claim_days=root.positive("claim_days"),
        answer_days=root.positive("answer_days"),
        contact_days=root.positive("contact_days"),
        same_amount=Decimal(alike.integer("amount_percent")) / WHOLE,
        same_term_months=alike.integer("term_months"),
    )
    alike.close()
    root.close()
    if found.most_banks > MOST_PLACES:
        raise CatalogueBroken(f"need_policy: most_banks is above {MOST_PLACES}")
    if not 0 <= found.same_amount < 1 or found.same_term_months < 0:
        raise CatalogueBroken("need_policy: alike is out of range")
    return found


NEED_POLICY: NeedPolicy = read_need_policy(read_catalogue("need_policy.yaml"))
