"""Portraits: events, relations and series of one firm, kept behind the door."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from xinyidai.credit_records.service import cases, door, own, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import RecordStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import NotFound
from xinyidai.profiles import service
from xinyidai.profiles.models import PortraitRow
from xinyidai.profiles.service import portraits
from xinyidai.profiles.service.portraits import Portrait
from xinyidai.profiles.values import months_before

BANK = Actor(None, Role.BANK_OFFICER, None, "银行的人")


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def month_ago(months: int) -> date:
    return months_before(clock.today().replace(day=1), months)


def made(city, firm) -> Portrait:
    service.refresh_portrait(firm)
    return service.read_own_portrait(city.boss(firm), firm)


def patent(city, firm, days: int, **changes) -> None:
    content = {"patent_no": "ZL1", "title": "一种加工装置", "patent_kind": "invention"}
    city.record(firm, "patent", days_ago(days), level="invention", content=content, **changes)


def shareholder(city, firm, name: str, kind: str | None, share: int, **changes) -> None:
    content = {"shareholder": name, "shareholder_kind": kind, "share_percent": share}
    content = {code: value for code, value in content.items() if value is not None}
    fields = {"quantity": share, "level": kind, "content": content} | changes
    city.record(firm, "shareholder_contribution", days_ago(900), **fields)


def parties(portrait: Portrait, role: str) -> list[str]:
    return [tie.party for tie in portrait.ties if tie.role == role]


def test_a_firm_without_records_has_an_empty_portrait(city):
    portrait = made(city, city.firm())
    assert (portrait.events, portrait.ties, portrait.trends) == ((), (), ())


def test_events_come_newest_first_and_say_no_person(city):
    firm = city.firm(legal_representative="王演示")
    patent(city, firm, 300)
    content = {"case_no": "（2026）演1号", "cause": "王演示买卖合同纠纷"}
    city.record(firm, "court_judgement", days_ago(20), level="defendant", content=content)
    newest, oldest = made(city, firm).events
    assert (newest.number, newest.kind, oldest.kind) == (1, "court_judgement", "patent")
    assert oldest.text == "ZL1；一种加工装置；发明"
    assert "王演示" not in newest.text
    assert "王＊＊买卖合同纠纷" in newest.text


def test_a_kind_with_many_records_keeps_the_newest_and_the_number_of_all(city, monkeypatch):
    monkeypatch.setattr(portraits, "OWN_MOST", 2)
    firm = city.firm()
    for days in (10, 20, 30):
        patent(city, firm, days)
    portrait = made(city, firm)
    assert [event.on for event in portrait.events] == [days_ago(10), days_ago(20)]
    assert portrait.totals == {"patent": 3}


def test_persons_are_masked_and_unpublished_firms_stay_unnamed(city):
    firm = city.firm()
    shareholder(city, firm, "李演示", "自然人股东", 60)
    shareholder(city, firm, "鹰川演示投资有限公司", "企业法人", 40)
    city.record(
        firm, "bid_won", days_ago(5), amount_fen=100, content={"buyer": "鹰川市演示建设单位"}
    )
    portrait = made(city, firm)
    assert parties(portrait, "股东") == ["李**", "某单位1"]
    assert parties(portrait, "招标人") == ["鹰川市演示建设单位"]
    assert [tie.is_person for tie in portrait.ties] == [True, False, False]
    assert all("投资" not in event.text for event in portrait.events)


def test_two_persons_of_one_name_in_words_are_told_apart(city):
    firm = city.firm()
    shareholder(city, firm, "李演示", "自然人股东", 60)
    shareholder(city, firm, "李示范", "自然人股东", 40)
    assert parties(made(city, firm), "股东") == ["李**", "李**2"]


def test_a_name_that_nothing_shows_to_be_a_firm_is_masked_like_a_person(city):
    firm = city.firm()
    city.record(firm, "bid_won", days_ago(5), content={"buyer": "赵甲方"})
    assert parties(made(city, firm), "招标人") == ["赵**"]


def test_a_relation_that_is_over_is_none(city):
    firm = city.firm()
    content = {"creditor": "鹰川演示银行"}
    city.record(firm, "external_guarantee", days_ago(400), valid_until=days_ago(1), content=content)
    portrait = made(city, firm)
    assert portrait.ties == ()
    assert portrait.totals == {"external_guarantee": 1}


def test_a_series_sums_a_month_and_leaves_gaps_and_the_running_month_out(city):
    firm = city.firm()
    for months, amount in ((0, 9_900), (1, 100), (1, 50), (3, 70), (40, 5)):
        city.record(firm, "tax_payment", month_ago(months), amount_fen=amount)
    [trend] = made(city, firm).trends
    assert (trend.code, trend.first, len(trend.values)) == ("tax_paid", month_ago(36), 36)
    assert trend.values[-3:] == (70, None, 150)
    assert trend.values[0] is None


def test_staff_of_a_month_is_the_most_and_not_the_sum(city):
    firm = city.firm()
    for count in (12, 15):
        city.record(firm, "social_insurance", month_ago(1), quantity=count, level="paid")
    [trend] = made(city, firm).trends
    assert trend.values[-1] == 15


def test_a_repaired_record_is_gone_before_anything_is_built_again(city):
    firm = city.firm()
    patent(city, firm, 10)
    city.record(firm, "bid_won", days_ago(5), content={"buyer": "鹰川市演示建设单位"})
    assert made(city, firm).totals == {"bid_won": 1, "patent": 1}
    [fact] = [f for f in own.read_own(city.boss(firm), firm) if f.kind == "bid_won"]
    write.retire_record(SYSTEM, firm, fact.id, RecordStatus.WITHDRAWN, "来源撤销")
    assert service.read_own_portrait(city.boss(firm), firm) is None
    portrait = made(city, firm)
    assert (portrait.totals, portrait.ties) == ({"patent": 1}, ())


def test_an_event_names_its_record_for_marks(city):
    firm = city.firm()
    patent(city, firm, 10)
    [fact] = own.read_own(city.boss(firm), firm)
    [event] = made(city, firm).events
    assert (event.key, event.record) == (cases.key_of(firm, fact), fact.id)


def test_nobody_else_reads_a_portrait(city):
    firm = city.firm()
    service.refresh_portrait(firm)
    for stranger in (BANK, city.boss(city.firm())):
        with pytest.raises(NotFound):
            service.read_own_portrait(stranger, firm)
        with pytest.raises(NotFound):
            service.find_own_profile(stranger, firm)


def test_the_table_is_behind_the_door_and_narrowed_to_the_firm(city):
    firm, other = city.firm(), city.firm()
    service.refresh_portrait(firm)
    assert door.read(Aperture(other), select(PortraitRow.enterprise_id)) == []
    with pytest.raises(ProgrammingError), database.session.begin_nested():
        database.session.execute(select(PortraitRow.enterprise_id))


def test_outdated_portraits_are_forgotten_and_present_ones_kept(city):
    firm, other = city.firm(), city.firm()
    service.refresh_portrait(firm)
    service.refresh_portrait(other)
    patent(city, firm, 10)
    portraits.forget_outdated()
    statement = select(PortraitRow.enterprise_id)
    rows = [door.read(Aperture(one), statement) for one in (firm, other)]
    assert [len(found) for found in rows] == [0, 1]


def test_a_profile_built_for_the_present_brings_its_portrait_along(city):
    firm = city.firm()
    service.current_profile(firm)
    assert service.read_own_portrait(city.boss(firm), firm) is not None


def test_what_speaks_against_a_firm_is_gone_on_the_last_day_of_its_publicity(city, at):
    firm = city.firm()
    ends = clock.today() + timedelta(days=3)
    content = {"cf_wsh": "演罚1号", "cf_cflb": "罚款"}
    city.record(firm, "administrative_penalty", days_ago(90), valid_until=ends, content=content)
    patent(city, firm, 400, valid_until=days_ago(1))
    assert made(city, firm).totals == {"administrative_penalty": 1, "patent": 1}
    with at(f"{ends}T09:00"):
        later = service.read_own_portrait(city.boss(firm), firm)
        assert [event.kind for event in later.events] == ["patent"]
        assert later.totals == {"patent": 1}
        assert set(later.newest) == {"patent"}
        assert not later.events[0].holds(clock.today())


def test_a_penalty_without_an_end_is_shown_as_long_as_the_catalogue_says(city):
    firm = city.firm()
    city.record(firm, "environment_penalty", days_ago(4000), content={"decision_no": "演环罚1号"})
    portrait = made(city, firm)
    assert (portrait.events, portrait.newest) == ((), {})
