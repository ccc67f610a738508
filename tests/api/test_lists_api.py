"""Lists: whitelist, calendar, catalogue."""

from datetime import timedelta

from tests.factories import parties
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.values import EventFormat, EventState
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.values import EntryState


def listed(firm, **changes):
    facts = {
        "list_type": "general",
        "enterprise_id": firm.id,
        "state": EntryState.LISTED,
        "basis": "连续三年纳税信用 A 级",
        "rules_version": "test",
        "listed_at": clock.now(),
    }
    database.session.add(WhitelistEntry(**(facts | changes)))
    database.session.commit()


def event(state, starts_in=timedelta(days=3)):
    start = clock.now() + starts_in
    database.session.add(
        MatchmakingEvent(
            event_no=f"HD{state}{starts_in.days}",
            title="融资对接会",
            description="一对一洽谈",
            format=EventFormat.ONSITE,
            place="政务服务中心",
            region_code="410400",
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            sign_up_until=start,
            capacity=10,
            state=state,
        )
    )
    database.session.commit()


def test_a_bank_sees_current_members_with_their_basis(quick):
    listed(quick.firm)
    listed(parties.enterprise(), state=EntryState.SCREENED, listed_at=None)
    answer = quick.us.get("/whitelist?list_type=general").json
    assert answer["total"] == 1
    assert answer["items"][0]["enterprise"]["uscc"] == quick.firm.uscc


def test_an_unknown_list_is_not_found(quick):
    assert quick.us.get("/whitelist?list_type=no_such_list").status_code == 404


def test_anyone_sees_the_calendar_without_what_is_only_planned(quick):
    event(EventState.OPEN)
    event(EventState.PLANNED)
    event(EventState.HELD, -timedelta(days=9))
    every = quick.client.get("/api/v1/events").json
    coming = quick.client.get("/api/v1/events?upcoming=true").json
    assert (every["total"], coming["total"]) == (2, 1)
    assert coming["items"][0]["seats_left"] == 10


def test_the_catalogue_of_records_is_public(quick):
    answer = quick.client.get("/api/v1/record-kinds").json
    kinds = {kind["code"] for kind in answer["kinds"]}
    assert all(kinds.issuperset(item["kinds"]) for item in answer["items"])


def test_no_answer_is_stored_on_its_way(quick):
    paths = ("/products", "/record-kinds", "/applications", "/openapi.json", "/no-such-thing")
    assert {quick.us.get(path).headers["Cache-Control"] for path in paths} == {"no-store"}
