"""The receipt on paper and as a record; the gathering of its facts is tested with the database."""

import dataclasses
import io
import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from tests.factories import parties as factory
from xinyidai.accounts.values import Position
from xinyidai.catalogue import purposes
from xinyidai.consents import receipt_record as record
from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.receipt_record import Receipt, record_of
from xinyidai.consents.receipt_sheet import TEMPLATE, sheet_of
from xinyidai.consents.values import (
    STATE_NAMES,
    ConsentAction,
    ConsentDraft,
    ConsentMode,
    ConsentState,
)
from xinyidai.kernel import clock, pdf
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound

BASE = "https://xyd.example"
MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=clock.TZ)
NO = "SQ20261122ABCDEF012345"
DIGEST = "0123456789abcdef" * 4
HOSTILE = '平顶山#{}[]$*_<>\\"髙㐂轴承'

TEXT, NUMBER, LIST, MAP = str, int, list, dict
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_MAP = (str, type(None)), (int, type(None)), (dict, type(None))
SHAPES = {
    "record_header": {"schema_version": TEXT, "record_id": TEXT, "pii_principal_id": TEXT},
    "pii_processing": {"privacy_notice": MAP, "language": TEXT, "purposes": LIST},
    "privacy_notice": {"version": TEXT, "sha256": TEXT, "language": TEXT, "text": TEXT},
    "purpose": {
        "purpose": TEXT,
        "purpose_name": TEXT,
        "purpose_description": TEXT,
        "purpose_type": TEXT,
        "lawful_basis": TEXT,
        "pii_information": LIST,
        "pii_controllers": LIST,
        "collection_method": TEXT,
        "processing_method": TEXT,
        "storage_locations": LIST,
        "retention_period": TEXT,
        "processing_locations": LIST,
        "geographic_restrictions": TEXT,
        "services": LIST,
        "jurisdiction": TEXT,
        "recipient_third_parties": LIST,
        "withdrawal_method": TEXT,
        "withdrawal_url": TEXT,
        "privacy_rights": LIST,
        "authority_party": TEXT,
    },
    "information": {
        "pii_attribute_id": TEXT,
        "pii_type": TEXT,
        "description": TEXT,
        "record_kinds": LIST,
        "pii_optional": bool,
    },
    "party": {
        "party_id": TEXT,
        "party_name": TEXT,
        "party_role": TEXT,
        "party_type": TEXT,
        "party_address": TEXT,
        "party_contact": TEXT,
    },
    "event": {
        "event_time": TEXT,
        "validity_duration": TEXT,
        "entity_id": TEXT,
        "event_type": TEXT,
        "event_state": TEXT,
        "action": TEXT,
        "action_name": TEXT,
        "person": TEXT,
    },
    "extension": {
        "vocabularies": MAP,
        "demo_data": bool,
        "masked": bool,
        "consent_no": TEXT,
        "state": TEXT,
        "state_name": TEXT,
        "dpv_state": TEXT,
        "as_of": TEXT,
        "data_from": TEXT,
        "mode": TEXT,
        "max_uses": MAYBE_NUMBER,
        "max_per_day": MAYBE_NUMBER,
        "max_per_month": MAYBE_NUMBER,
        "use_count": NUMBER,
        "last_used_at": MAYBE_TEXT,
        "application_no": MAYBE_TEXT,
        "template_version": NUMBER,
        "officer": MAYBE_TEXT,
        "signing": MAYBE_MAP,
        "check_url": MAYBE_TEXT,
    },
    "signing": {
        "artefact": MAYBE_TEXT,
        "artefact_sha256": TEXT,
        "signature": TEXT,
        "algorithm": TEXT,
        "key_id": TEXT,
    },
}


def check(shape, value):
    """Every field is there, no other, and each of its kind and not empty."""
    wanted = SHAPES[shape]
    assert set(value) == set(wanted), shape
    for name, kind in wanted.items():
        assert isinstance(value[name], kind), (shape, name)
        assert value[name] != "", (shape, name)


def check_record(made):
    assert list(made) == [
        "record_header",
        "pii_processing",
        "party_identification",
        "events",
        "extension",
    ]
    for part in ("record_header", "pii_processing", "extension"):
        check(part, made[part])
    check("privacy_notice", made["pii_processing"]["privacy_notice"])
    known = {party["party_id"] for party in made["party_identification"]}
    for purpose in made["pii_processing"]["purposes"]:
        check("purpose", purpose)
        named = [*purpose["pii_controllers"], *purpose["recipient_third_parties"]]
        assert {*named, purpose["authority_party"]} <= known
        for information in purpose["pii_information"]:
            check("information", information)
    for party in made["party_identification"]:
        check("party", party)
    for event in made["events"]:
        check("event", event)
        assert event["entity_id"] in known
    assert made["record_header"]["pii_principal_id"] in known
    if made["extension"]["signing"]:
        check("signing", made["extension"]["signing"])


def consent(**changes):
    fields = {
        "id": UUID(int=1),
        "consent_no": NO,
        "enterprise_id": UUID(int=2),
        "institution_id": UUID(int=3),
        "purpose": "pre_loan",
        "template_version": 1,
        "item_codes": ["judicial", "tax"],
        "mode": ConsentMode.VIEW,
        "requested_at": MOMENT,
        "granted_at": MOMENT + timedelta(hours=2),
        "signer_name": "张小明",
        "signer_position": Position.AGENT,
        "signer_mandate": "经办人受企业委托签署，有效期至 2027-01-01",
        "representative_name": "王大海",
        "first_signed_at": MOMENT + timedelta(hours=1),
        "first_signer_name": "赵一诺",
        "valid_from": date(2026, 11, 22),
        "valid_until": date(2027, 1, 22),
        "data_from": date(2023, 11, 22),
        "data_life_days": 90,
        "max_uses": 3,
        "max_per_day": 1,
        "use_count": 1,
        "last_used_at": MOMENT + timedelta(hours=5),
        "notice_version": "1/2026.1",
        "notice_text": "企业信用信息查询授权书\n签署人：张小明",
        "notice_hash": "ab" * 32,
        "artefact": '{"signer":"张小明"}',
        "artefact_hash": DIGEST,
        "signature": "AAAA",
        "signature_algorithm": "ed25519",
        "signature_key_id": "1a2b3c4d",
        "application_no": "RZ20261122",
    }
    return Consent(**{**fields, **changes})


def event(action, role=Role.ENTERPRISE_USER, name="张小明", reason=None):
    return ConsentEvent(
        action=action, happened_at=MOMENT, role=role, actor_name=name, reason=reason
    )


EVENTS = (
    event(ConsentAction.REQUEST, Role.BANK_OFFICER, "李经理"),
    event(ConsentAction.GRANT),
    event(ConsentAction.REVOKE, reason="张小明说已在别家办理"),
    event(ConsentAction.END, Role.SYSTEM, "系统"),
)


def receipt(*, of=None, **changes):
    fields = {
        "consent": of or consent(),
        "events": EVENTS,
        "state": ConsentState.ACTIVE,
        "as_of": MOMENT,
        "enterprise_name": HOSTILE,
        "uscc": "91410400XN0000018J",
        "enterprise_address": "鹰川市演示路1号",
        "institution_name": "鹰川市演示银行",
        "institution_code": "DEMO0001",
        "institution_region": "410400",
        "institution_phone": None,
        "officer_name": None,
        "purpose_text": purposes.get_purpose("pre_loan").text,
        "is_own_copy": True,
        "is_demo": False,
        "base_url": BASE,
    }
    return Receipt(**{**fields, **changes})


UNSIGNED = {
    "granted_at": None,
    "signer_name": None,
    "signer_position": None,
    "signer_mandate": None,
    "representative_name": None,
    "first_signed_at": None,
    "first_signer_name": None,
    "artefact": None,
    "artefact_hash": None,
    "signature": None,
    "signature_algorithm": None,
    "signature_key_id": None,
    "use_count": 0,
    "last_used_at": None,
}


def printed(of):
    return pdf.render(TEMPLATE, sheet_of(of), qr=of.check_url)


def text_of(document):
    """The words of a PDF without the breaks of lines."""
    pages = PdfReader(io.BytesIO(document)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_the_paper_tells_who_allowed_whom_what_and_how_to_end_it():
    text = text_of(printed(receipt()))
    for fact in (
        "企业信用信息查询授权回执",
        NO,
        "当前状态：生效中",
        HOSTILE,
        "91410400XN0000018J",
        "鹰川市演示银行",
        "张小明（经办人），2026-11-2211:30签署",
        "赵一诺",
        "王大海",
        "经办人受企业委托签署，有效期至2027-01-01",
        "贷前审查",
        purposes.get_purpose("pre_loan").text,
        "裁判、执行、失信被执行人、破产等法院信息",
        "2023-11-22以来",
        "仅查看，不得留存",
        "有效期内最多3次；每日最多1次",
        "1次，最近一次2026-11-2214:30，还剩2次",
        "2026-11-22至2027-01-22（含当日）",
        "每次查询后90天",
        "1/2026.1",
        "ab" * 32,
        DIGEST,
        "Ed25519",
        "1a2b3c4d",
        "李经理（被授权机构）",
        "张小明说已在别家办理",
        "点“撤回”并确认",
        "12345",
        f"{BASE}/verify/consents/{NO}?code=0123456789abcdef",
        "第1页，共",
    ):
        assert fact in text, fact


def test_the_link_on_paper_can_be_followed():
    first = PdfReader(io.BytesIO(printed(receipt()))).pages[0]
    targets = [note.get_object()["/A"]["/URI"] for note in first["/Annots"]]
    assert set(targets) == {f"{BASE}/verify/consents/{NO}?code=0123456789abcdef"}


def test_equal_facts_give_equal_bytes():
    assert printed(receipt()) == printed(receipt())


@pytest.mark.parametrize("name", [HOSTILE, "好运😀来", "𠮷野家", "甲\u202e乙\x07丙", "#" * 200])
def test_any_name_can_be_printed(name):
    document = printed(
        receipt(
            enterprise_name=name, of=consent(signer_name=name), events=[event("grant", name=name)]
        )
    )
    assert NO in text_of(document)


def test_demo_data_say_so_on_every_page_and_in_the_record():
    demo = receipt(is_demo=True)
    pages = PdfReader(io.BytesIO(printed(demo))).pages
    assert all("演示数据" in page.extract_text() for page in pages)
    assert record_of(demo)["extension"]["demo_data"]
    assert "演示数据" not in text_of(printed(receipt()))


def test_on_the_banks_copy_no_person_is_named_in_full():
    of = consent(officer_account_id=uuid4())
    copy = receipt(of=of, officer_name="孙信贷", is_own_copy=False)
    paper, data = text_of(printed(copy)), json.dumps(record_of(copy), ensure_ascii=False)
    for name in ("张小明", "王大海", "赵一诺", "李经理", "孙信贷"):
        masked = name[0] + "**"
        assert name not in paper
        assert masked in paper
        assert name not in data
    assert "91410400XN0000018J" not in paper + data
    assert HOSTILE in paper
    assert "系统（平台）" in paper


def test_the_banks_copy_holds_no_address_and_no_signed_text_of_the_firm():
    copy = record_of(receipt(is_own_copy=False))
    assert "演示路" not in json.dumps(copy, ensure_ascii=False)
    assert copy["extension"]["signing"]["artefact"] is None
    assert record_of(receipt())["extension"]["signing"]["artefact"] == '{"signer":"张小明"}'


@pytest.mark.parametrize("state", ConsentState)
@pytest.mark.parametrize("own", [True, False])
def test_every_state_has_a_receipt(state, own):
    for facts in ({}, UNSIGNED):
        made = receipt(of=consent(**facts), state=state, is_own_copy=own)
        assert f"当前状态：{STATE_NAMES[state]}" in text_of(printed(made))
        check_record(record_of(made))


def test_before_anything_is_signed_there_is_no_code_to_check():
    unsigned = receipt(of=consent(**UNSIGNED), state=ConsentState.PENDING)
    text = text_of(printed(unsigned))
    assert unsigned.check_url is None
    assert "这份授权还没有签署" in text
    assert "/verify/" not in text
    assert b"/Figure" not in printed(unsigned)


def test_a_consent_to_the_platform_itself_has_no_third_party():
    to_platform = receipt(
        of=consent(institution_id=None, purpose="model_training"), institution_code=None
    )
    made = record_of(to_platform)
    check_record(made)
    [purpose] = made["pii_processing"]["purposes"]
    assert purpose["recipient_third_parties"] == []
    assert purpose["pii_controllers"] == ["platform"]


def test_the_record_says_what_the_standard_asks_for():
    made = record_of(receipt())
    [purpose] = made["pii_processing"]["purposes"]
    assert made["record_header"]["pii_principal_id"] == "91410400XN0000018J"
    assert made["pii_processing"]["language"] == "zh-CN"
    assert (purpose["lawful_basis"], purpose["jurisdiction"]) == ("consent", "CN")
    assert purpose["retention_period"] == "P90D"
    assert purpose["storage_locations"] == ["中国境内"]
    assert NO in purpose["withdrawal_method"]
    assert [one["pii_attribute_id"] for one in purpose["pii_information"]] == ["judicial", "tax"]
    assert [one["event_state"] for one in made["events"]] == [
        "dpv:ConsentRequested",
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
        "dpv:ConsentRevoked",
    ]
    assert made["events"][0]["validity_duration"] == "2026-11-22/2027-01-22"
    assert json.loads(json.dumps(made)) == made


def test_times_of_the_record_are_of_shanghai():
    made = record_of(receipt(as_of=datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)))
    assert made["extension"]["as_of"] == "2026-11-22T09:02:03+08:00"


def test_every_word_of_the_lists_has_its_term():
    assert set(record.DPV_PURPOSES) == set(purposes.PURPOSES)
    assert set(record.DPV_STATES) == set(ConsentState)
    assert set(record.DPV_EVENTS) == set(record.ACTION_NAMES) == set(ConsentAction)
    assert set(record.SIDES) == set(Role) - {Role.PUBLIC}
    terms = {
        *record.DPV_PURPOSES.values(),
        *record.DPV_STATES.values(),
        *record.DPV_EVENTS.values(),
    }
    assert all(term.startswith("dpv:") for term in terms)


def test_a_purpose_without_a_term_is_an_error():
    with pytest.raises(NotFound):
        record_of(receipt(of=consent(purpose="anything")))


def test_a_receipt_of_nobodys_role_is_an_error():
    with pytest.raises(KeyError):
        sheet_of(receipt(events=[event(ConsentAction.GRANT, Role.PUBLIC)]))


@pytest.fixture
def firm(db):
    return factory.enterprise(name=HOSTILE, legal_representative="王大海")


@pytest.fixture
def bank(db):
    return factory.institution()


@pytest.fixture
def granted(firm, bank):
    from xinyidai.consents import service

    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=firm.id,
        institution_id=bank.id,
        purpose="pre_loan",
        item_codes=["tax", "judicial"],
        valid_until=today + timedelta(days=60),
        data_from=today - timedelta(days=365),
        data_life_days=90,
        max_uses=3,
    )
    [made] = service.grant_directly(factory.boss_of(firm), [draft])
    return made


def receipts():
    from xinyidai.consents.service import receipt as module

    return module


def test_the_firm_and_the_bank_get_their_copies(granted, firm, bank):
    own = text_of(receipts().receipt_pdf(factory.boss_of(firm), granted.id, f"{BASE}/"))
    theirs = text_of(receipts().receipt_pdf(factory.officer_of(bank), granted.id, BASE))
    assert (granted.signer_name in own, granted.signer_name in theirs) == (True, False)
    assert firm.uscc in own
    assert firm.uscc not in theirs
    for text in (own, theirs):
        assert HOSTILE in text
        assert bank.name in text
        assert "演示数据" in text
        assert f"{BASE}/verify/consents/{granted.consent_no}?code=" in text


def test_the_record_is_read_from_the_same_facts(granted, firm, bank):
    own = receipts().receipt_record(factory.boss_of(firm), granted.id, BASE)
    theirs = receipts().receipt_record(factory.officer_of(bank), granted.id, BASE)
    for made in (own, theirs):
        check_record(made)
        assert made["record_header"]["record_id"] == str(granted.id)
        assert [one["action"] for one in made["events"]][-1] == "grant"
    assert (own["extension"]["masked"], theirs["extension"]["masked"]) == (False, True)


def test_overseers_get_the_masked_copy(granted, db):
    clerk = factory.clerk_of(factory.credit_office())
    assert receipts().receipt_record(clerk, granted.id, BASE)["extension"]["masked"]


def test_a_stranger_finds_nothing(granted, db):
    strangers = [
        factory.boss_of(factory.enterprise()),
        factory.officer_of(factory.institution()),
        Actor(None, Role.PUBLIC, None, "访客"),
        dataclasses.replace(factory.boss_of(factory.enterprise()), party_id=None),
    ]
    for stranger in strangers:
        for read in (receipts().receipt_pdf, receipts().receipt_record):
            with pytest.raises(NotFound):
                read(stranger, granted.id, BASE)
            with pytest.raises(NotFound):
                read(stranger, uuid4(), BASE)


def test_the_same_moment_gives_the_same_paper(granted, firm, at):
    with at("2026-12-01T09:00"):
        boss = factory.boss_of(firm)
        assert receipts().receipt_pdf(boss, granted.id, BASE) == receipts().receipt_pdf(
            boss, granted.id, BASE
        )
