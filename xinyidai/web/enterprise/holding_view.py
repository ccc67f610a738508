"""Put together what the platform holds about a firm, for the page and for the file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_records.service import own_looks
from xinyidai.credit_records.service.own_looks import LookFilter
from xinyidai.credit_records.values import Fact, QueryKind
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page
from xinyidai.objections import service as objections
from xinyidai.objections.service.marking import is_marked
from xinyidai.web.enterprise import holding_queries as queries
from xinyidai.web.enterprise.holding_groups import GROUPS
from xinyidai.web.enterprise.holding_queries import plain
from xinyidai.web.rights_words import HOLDINGS

FORM = "xinyidai-holdings/1"
LOOKS, RECORDS = "looks", "records"
TITLES = HOLDINGS
SOURCES: Mapping[str, str] = {
    **{group.code: group.source for group in GROUPS},
    LOOKS: "平台记录",
    RECORDS: "各部门报送",
}
# Where each group can be seen in full; what has no page of its own is in the file.
PAGES = {
    "registration": "enterprise.profile",
    "accounts": "enterprise.people",
    "consents": "enterprise.consents",
    "profile": "enterprise.profile",
    "score": "enterprise.profile",
    "evaluation": "enterprise.evaluation",
    "applications": "enterprise.applications",
    "needs": "enterprise.needs",
    "matches": "enterprise.matches",
    "leads": "enterprise.contact",
    "whitelist": "",
    "events": "enterprise.events",
    "objections": "enterprise.objections",
    "repairs": "enterprise.repairs",
    "reports": "enterprise.reports",
    "joint_results": "enterprise.joint_results",
    "credit_codes": "enterprise.credit_code",
    "lists": "enterprise.checks",
    "checks": "enterprise.checks",
    "declarations": "enterprise.declarations",
    "commitments": "enterprise.commitments",
    "messages": "messages.inbox",
    "deeds": "",
}
HIDDEN_OF_LOOKS = frozenset({"account_id", "party_id", "client_address"})
MOST_LOOKS = 1_000_000


def groups_of(actor: Actor, enterprise_id: UUID) -> list[dict[str, Any]]:
    """Return each group with title, source, number, page and way to object."""
    rows = [
        _row(group.code, queries.count(group, enterprise_id), PAGES[group.code]) for group in GROUPS
    ]
    counts = own_looks.counts_by_kind(actor, enterprise_id)
    looks = sum(counts.values()) - counts[QueryKind.PUBLIC]  # those are counted, not listed
    return [*rows[:3], _row(LOOKS, looks, "enterprise.looks_page"), *rows[3:]]


def _row(code: str, number: int, endpoint: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": TITLES[code],
        "source": SOURCES[code],
        "number": number,
        "href": url_for(endpoint) if endpoint else "",
        "dispute_url": url_for("enterprise.dispute", item=code),
    }


def kinds_of(enterprise_id: UUID, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Return the record kinds in words: how many of each and under objection, who keeps them."""
    marks = objections.marks_of(enterprise_id)
    marked = Counter(fact.kind for fact in facts if is_marked(marks, enterprise_id, fact))
    numbers = Counter(fact.kind for fact in facts)
    newest = {fact.kind: fact.occurred_on for fact in sorted(facts, key=lambda f: f.occurred_on)}
    return [
        {
            "title": get_kind(code).name,
            "source": get_kind(code).department.name,
            "number": number,
            "newest": newest[code],
            "marked": marked[code],
            "dispute_url": url_for("enterprise.dispute", item=RECORDS, kind=code),
        }
        for code, number in sorted(numbers.items())
    ]


def document_of(actor: Actor, firm: Enterprise, facts: Sequence[Fact]) -> dict[str, Any]:
    """Return everything as one JSON document; amounts are integers of 分."""
    looks, _ = own_looks.list_own_looks(actor, firm.id, LookFilter(kind=None), Page(1, MOST_LOOKS))
    groups = {
        group.code: {
            "title": group.title,
            "source": group.source,
            **{part.code: list(queries.rows(part, firm.id)) for part in group.parts},
        }
        for group in GROUPS
    }
    groups[LOOKS] = {
        "title": TITLES[LOOKS],
        "source": SOURCES[LOOKS],
        "looks": [_look(event) for event in looks],
    }
    marks = objections.marks_of(firm.id)
    groups[RECORDS] = {
        "title": TITLES[RECORDS],
        "source": SOURCES[RECORDS],
        "records": [_record(fact, marked=is_marked(marks, firm.id, fact)) for fact in facts],
    }
    return {
        "form": FORM,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "enterprise": {"name": firm.name, "uscc": firm.uscc},
        "amounts": "分（人民币，整数）",
        "groups": groups,
    }


def _look(event: Any) -> dict[str, Any]:
    return {
        column.name: plain(getattr(event, column.name))
        for column in event.__table__.columns
        if column.name not in HIDDEN_OF_LOOKS
    }


def _record(fact: Fact, *, marked: bool) -> dict[str, Any]:
    kind = get_kind(fact.kind)
    return {
        "kind_name": kind.name,
        "department": kind.department.name,
        "under_objection": marked,
        **{name: plain(value) for name, value in vars(fact).items()},
    }
