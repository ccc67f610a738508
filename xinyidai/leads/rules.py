"""Rules of leads: what of a count may be shown, whom a firm lets near, what feedback must say.

A count protects firms in five ways (ADR 0033): it is shifted by up to six and rounded to ten, the
same way each time for one set of firms, however it was asked for; what comes out below twenty is
only «不足 20 家»; a search whose firms differ from an earlier one's by fewer than ten to
twenty-eight repeats the earlier number; so does one that resembles ten earlier ones; and an
institution may count only so often a day, or have counted each week.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

from xinyidai.institutions.values import InstitutionKind
from xinyidai.leads.values import Choice, ContactScope, Feedback, FeedbackReason
from xinyidai.products.values import Criterion, Outcome

STEP = 10
LOWEST_SHOWN = 20  # a smaller one is «不足 20 家», and none of fewer than eight firms is shown
SHOWN_FROM = LOWEST_SHOWN - 6  # so that whatever is not shown has fewer than twenty indeed
SHIFTS = 7  # two draws from -3 to 3: the ends, which would tell something for sure, are rare
NEAREST = 10  # how many firms two searches must differ by at least for a number of its own,
LIMITS = 10  # and two draws from 0 to 9 on top of it
ALIKE_SHARE = 4  # searches that differ by less than a quarter of their firms are alike,
MOST_ALIKE = 10  # and so many of them have numbers of their own: the mean of more would be exact
REMEMBERED_DAYS = 30
MOST_COUNTS_A_DAY = 20
MOST_SAVED = 20  # standing matches of one institution
MOST_INVITED = 200  # by one press of the button
MOST_OPEN_INVITATIONS = 5  # that wait in one firm's inbox
QUIET_DAYS = 90  # after a firm declined, the same institution does not ask again
ANSWER_DAYS = 30
LONGEST_NAME = 60
LONGEST_NOTE = 500
BUCKETS = 256
# What a firm wishes is not known when it is sought.
WISH_FIELDS = frozenset({"amount_fen", "term_months", "guarantee"})
# What the register says and lists publish; the rest is a firm's own to open.
REGISTER_FIELDS = frozenset(
    {
        "region_code",
        "industry",
        "years_established",
        "enterprise_kind",
        "in_operation",
        "registered_capital_fen",
    }
)
BEST_FIRST = (Outcome.ELIGIBLE, Outcome.INSUFFICIENT, Outcome.INELIGIBLE)


def fingerprint_of(criteria: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest of what criteria ask; order and the words for firms do not count."""
    asked = sorted(
        json.dumps([c["field"], c["operator"], c.get("value")], ensure_ascii=False)
        for c in criteria
    )
    return blake2b("\n".join(asked).encode(), digest_size=16).hexdigest()


def sketch_of(firm_ids: Iterable[UUID], secret: bytes) -> list[int]:
    """Return how many firms fall into each of `BUCKETS` secret drawers.

    Two sketches tell how far two sets of firms are apart without naming any: the sum of the
    differences is never more than the number of firms in which the sets differ.
    """
    counts = [0] * BUCKETS
    for firm_id in firm_ids:
        counts[blake2b(firm_id.bytes, key=secret, digest_size=1).digest()[0]] += 1
    return counts


def distance(one: Sequence[int], other: Sequence[int]) -> int:
    """Return a lower bound of the number of firms in which two sets differ."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def drawn(secret: bytes, *parts: object) -> int:
    """Return a number from 0 to 255 that is the same for the same parts and no others."""
    text = "\x1f".join(str(part) for part in parts)
    return blake2b(text.encode(), key=secret, digest_size=1).digest()[0]


def limit_between(secret: bytes, one: Sequence[int], other: Sequence[int]) -> int:
    """Return by how many firms two counts must differ: 10 to 28, most often near 19.

    Drawn from the firms themselves: another wording of the same search draws the same.
    """
    pair = sorted([list(one), list(other)])
    return NEAREST + sum(drawn(secret, "limit", place, *pair) % LIMITS for place in (0, 1))


def twin_of(sketch: Sequence[int], earlier: Sequence[Sequence[int]], secret: bytes) -> int | None:
    """Return the place of the earlier count whose number is repeated, or None.

    That is the nearest one within the limit; or, where too many alike have numbers of their own,
    the nearest of those.
    """
    apart = [distance(sketch, one) for one in earlier]
    nearest = sorted(range(len(earlier)), key=apart.__getitem__)
    for place in nearest:
        if apart[place] < limit_between(secret, sketch, earlier[place]):
            return place
    alike = [
        place
        for place in nearest
        if apart[place] * ALIKE_SHARE < max(sum(sketch), sum(earlier[place]))
    ]
    return alike[0] if len(alike) >= MOST_ALIKE else None


def shown_number(count: int, secret: bytes, *parts: object) -> int | None:
    """Return a count as shown: shifted by up to six and rounded to ten; None for very few.

    Whether it is shown hangs on the shifted count: a bank that knows all firms but one learns
    nothing for sure from a limit it cannot place.
    """
    shift = sum(drawn(secret, "shift", place, *parts) % SHIFTS - SHIFTS // 2 for place in (0, 1))
    if count + shift < SHOWN_FROM:
        return None
    return max(LOWEST_SHOWN, STEP * ((count + shift + STEP // 2) // STEP))


def rounded_down(count: int) -> int | None:
    """Return how many invited firms have not answered, in tens; None below twenty."""
    return None if count < LOWEST_SHOWN else count - count % STEP


def search_faults(name: str, criteria: Sequence[Criterion]) -> dict[str, str]:
    """Return a Chinese sentence for each thing that keeps a search from being counted."""
    faults: dict[str, str] = {}
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        faults["name"] = f"请给这次查找起个名字，不超过 {LONGEST_NAME} 字。"
    if not criteria:
        faults["criteria"] = "请至少写一个条件。"
    for place, criterion in enumerate(criteria):
        if criterion.field.code in WISH_FIELDS:
            faults[f"criteria.{place}"] = (
                f"“{criterion.field.name}”是企业申请时才填的，不能用来找企业。"
            )
    return faults


def reasons_of(criteria: Sequence[Criterion]) -> list[str]:
    """Return the conditions in plain words, for the firm that meets them."""
    return [criterion.threshold_text() for criterion in criteria]


def lets_near(choice: Choice, institution_id: UUID, kind: InstitutionKind) -> bool:
    """Tell whether a firm is willing to be approached by this institution."""
    if not choice.is_open:
        return False
    if choice.scope is ContactScope.BANKS:
        return kind is InstitutionKind.BANK
    if choice.scope is ContactScope.CHOSEN:
        return institution_id in choice.institution_ids
    return choice.scope is ContactScope.ALL


def choice_faults(choice: Choice) -> dict[str, str]:
    """Check a firm's choice: who names institutions names at least one."""
    if choice.is_open and choice.scope is ContactScope.CHOSEN and not choice.institution_ids:
        return {"institution_ids": "请至少选择一家机构，或改选其他范围。"}
    return {}


def feedback_faults(feedback: Feedback) -> dict[str, str]:
    """Check what an institution says of a lead: a reason when of no use, words for «other»."""
    if feedback.is_valid:
        return {"reason": "有效的线索不用选原因。"} if feedback.reason else {}
    if feedback.reason is None:
        return {"reason": "请选择无效的原因。"}
    note = feedback.note.strip()
    if feedback.reason is FeedbackReason.OTHER and not note:
        return {"note": "选择“其他”时请写明情况。"}
    return {"note": f"说明最多 {LONGEST_NOTE} 个字。"} if len(note) > LONGEST_NOTE else {}
