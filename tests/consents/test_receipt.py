"""A receipt of a consent says the same on paper and in its record, with the terms of the standard."""

import io
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pypdf import PdfReader

from tests.consents.receipts import (
    BASE,
    DIGEST,
    HOSTILE,
    NO,
    UNSIGNED,
    check_record,
    consent,
    event,
    printed,
    receipt,
    text_of,
)
from xinyidai.catalogue import purposes
from xinyidai.consents import receipt_record as record
from xinyidai.consents.receipt_record import record_of
from xinyidai.consents.receipt_sheet import sheet_of
from xinyidai.consents.values import (
    STATE_NAMES,
    ConsentAction,
    ConsentState,
)
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import NotFound


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
