"""Match every firm that has a profile of a day against all listed products, 批量匹配."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from xinyidai.credit_records import service as credit_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.matching import policies, queries
from xinyidai.matching.index import ProductIndex, Verdicts
from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.matching import PURPOSE, current_index, match_enterprise
from xinyidai.matching.values import Wish
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.whitelist import queries as whitelist

FIRMS_AT_ONCE = 2_000
Progress = Callable[[int], None]


@dataclass(frozen=True)
class MatchCounts:
    """What a batch found: firms by their best outcome, and pairs of firm and product by outcome."""

    firms: int = 0
    products: int = 0
    firms_eligible: int = 0
    firms_insufficient: int = 0
    firms_ineligible: int = 0
    pairs_eligible: int = 0
    pairs_insufficient: int = 0
    pairs_ineligible: int = 0

    def with_firm(self, verdicts: Verdicts) -> "MatchCounts":
        """Return the counts with one more firm."""
        eligible = verdicts.eligible.bit_count()
        insufficient = verdicts.insufficient.bit_count()
        return MatchCounts(
            self.firms + 1,
            self.products,
            self.firms_eligible + (eligible > 0),
            self.firms_insufficient + (not eligible and insufficient > 0),
            self.firms_ineligible + (not eligible and not insufficient),
            self.pairs_eligible + eligible,
            self.pairs_insufficient + insufficient,
            self.pairs_ineligible + verdicts.ineligible.bit_count(),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the counts for the command's answer."""
        return asdict(self)


def match_all(
    on: date, on_progress: Progress | None = None, *, actor: Actor = SYSTEM
) -> MatchCounts:
    """Match all firms with a profile of the day on their present facts; nothing is stored.

    Only counts leave: what a single firm can get is shown to the firm alone, by its own run.
    """
    policies.require_batch(actor)
    index = current_index()
    counts = MatchCounts(products=len(index.products))
    after: UUID | None = None
    with credit_records.platform_run(PURPOSE, index.rule.version, actor=actor):
        while page := queries.profiled_firms(on, after=after, limit=FIRMS_AT_ONCE):
            counts = _match_page(index, page, on, counts)
            after = page[-1][0].id
            if on_progress:
                on_progress(counts.firms)
    return counts


def _match_page(
    index: ProductIndex,
    page: Sequence[tuple[Enterprise, ProfileSnapshot]],
    on: date,
    counts: MatchCounts,
) -> MatchCounts:
    ids = [enterprise.id for enterprise, _ in page]
    lists = whitelist.list_codes_by_enterprise(ids)
    grades: Mapping[UUID, str] = queries.present_grades(ids)
    for enterprise, snapshot in page:
        subject = subject_from(
            enterprise,
            profiles.facts_of(snapshot).values,
            grade=grades.get(enterprise.id),
            list_codes=lists.get(enterprise.id, frozenset()),
        )
        verdicts, _ = match_enterprise(index, subject, Wish(), on=on, limit=0)
        counts = counts.with_firm(verdicts)
    return counts
