"""Signed push: what is let in, and everything that is not, each with status and sentence."""

import dataclasses
import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.deliveries import deliverers
from tests.deliveries.deliverers import GOOD, HEAD, KIND, ROW_A, files_kept, signed, work
from xinyidai.credit_records.service import list_batches
from xinyidai.deliveries import client as reference
from xinyidai.deliveries import queries, service
from xinyidai.deliveries.rules import key_id_of
from xinyidai.deliveries.values import DeliveryState, SignedRequest
from xinyidai.kernel import clock, signing
from xinyidai.kernel.db import db as database
from xinyidai.kernel.http import Page
from xinyidai.kernel.signing import Algorithm

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PATH = "/api/v1/deliveries"
SIGNATURE = "签名验证未通过"
HEADERS = "请求头缺少或格式不对"
CLOCK = "校准系统时钟"
ROW = dict(zip(HEAD.split(","), ROW_A.split(","), strict=True))
LINES = (json.dumps(ROW, ensure_ascii=False) + "\n").encode()


@pytest.fixture
def town(live, tmp_path, monkeypatch):
    settings = dataclasses.replace(live.extensions["xinyidai.settings"], data=tmp_path)
    monkeypatch.setitem(live.extensions, "xinyidai.settings", settings)
    monkeypatch.setattr("xinyidai.deliveries.routes.KNOCKS_PER_MINUTE", 10_000)
    monkeypatch.setattr("xinyidai.deliveries.routes.PUSHES_PER_MINUTE", 10_000)
    town = deliverers.build(live)
    town.source()
    return town


def post(town, content=GOOD, headers=None, kind="text/csv"):
    said = signed(town, content) if headers is None else headers
    return town.app.test_client().post(PATH, data=content, headers=said, content_type=kind)


def ask(town, delivery_id, key=None, **changes):
    path = changes.pop("path", f"{PATH}/{delivery_id}?page=1")
    plain = SignedRequest("GET", path, "tax_push", "", "", "", reference.NOTHING, "")
    request = dataclasses.replace(plain, **changes)
    return town.app.test_client().get(path, headers=reference.headers_of(key or town.key, request))


def deliveries():
    database.session.expire_all()
    return queries.list_deliveries(Page())[1]


def test_a_push_is_taken_collected_and_told(town):
    taken = post(town)
    assert (taken.status_code, taken.json["state"]) == (202, "received")
    assert work(taken.json["id"]).state is DeliveryState.COLLECTED
    told = ask(town, taken.json["id"])
    assert told.status_code == 200
    assert (told.json["state"], told.json["rows_accepted"]) == ("collected", 2)


def test_json_lines_with_the_catalogues_headings_need_no_clerk(town):
    taken = post(town, LINES, kind="application/x-ndjson")
    assert work(taken.json["id"]).rows_accepted == 1


def test_rejected_rows_are_told_masked(town):
    taken = post(town, deliverers.HALF_BAD)
    work(taken.json["id"])
    found = ask(town, taken.json["id"]).json["rejections"]
    assert found["total"] == 1
    assert found["items"][0] | {"advice": ""} == {
        "row_number": 3,
        "field": "欠税余额（元）",
        "shown_value": found["items"][0]["shown_value"],
        "rule": "negative",
        "advice": "",
    }
    assert "-5" not in json.dumps(found)


def test_without_a_kind_and_a_mapping_a_push_waits_for_a_clerk(town):
    taken = post(town, deliverers.STRANGE, signed(town, deliverers.STRANGE, kind=""))
    assert work(taken.json["id"]).state is DeliveryState.AWAITING_MAPPING


def test_the_same_idempotency_key_is_taken_once(town):
    headers = [signed(town, idempotency_key="batch-2024-01") for _ in range(2)]
    first, second = (post(town, headers=each) for each in headers)
    assert first.json["id"] == second.json["id"]
    work(first.json["id"])
    third = post(town, headers=signed(town, idempotency_key="batch-2024-01"))
    assert third.json["id"] == first.json["id"], "after it was collected too"
    other = post(town, LINES, signed(town, LINES, idempotency_key="batch-2024-01"), "text/csv")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")


def test_a_nonce_works_once_even_if_the_first_push_failed(town):
    headers = signed(town)
    assert post(town, LINES, headers).json["code"] == "content_mismatch"
    again = post(town, headers=headers)
    assert (again.status_code, again.json["code"]) == (401, "replayed")


def test_a_retired_key_counts_no_more_and_a_new_one_at_once(town):
    office = town.officer.as_actor()
    source = queries.find_source("tax_push")
    service.retire_key(office, source.id, key_id_of(town.key.public.raw))
    database.session.commit()
    assert post(town).json["code"] == "bad_signature"
    town.key = signing.generate("source", Algorithm.ED25519)
    service.add_key(office, source.id, reference.base64.b64encode(town.key.public.raw).decode())
    database.session.commit()
    assert post(town).status_code == 202


def test_a_closed_source_is_told_so_and_only_who_signs_learns_it(town):
    source = queries.find_source("tax_push")
    service.set_enabled(town.officer.as_actor(), source.id, is_enabled=False)
    database.session.commit()
    assert post(town).json["code"] == "source_closed"
    assert post(town, headers=signed(town) | {"Xyd-Nonce": "x" * 20}).status_code == 401


def test_another_source_learns_nothing_of_a_delivery(town):
    taken = post(town)
    other_key = signing.generate("source", Algorithm.ED25519)
    office = town.officer.as_actor()
    other = service.register_source(office, town.stranger.department_id, "court_push")
    service.add_key(office, other.id, reference.base64.b64encode(other_key.public.raw).decode())
    database.session.commit()
    assert ask(town, taken.json["id"], other_key, source="court_push").status_code == 404
    assert ask(town, uuid4()).status_code == 404
    assert ask(town, taken.json["id"], other_key).status_code == 401
    assert ask(town, taken.json["id"], path=f"{PATH}/{taken.json['id']}?page=0").status_code == 422


def test_too_many_pushes_are_slowed_down(town, monkeypatch):
    monkeypatch.setattr("xinyidai.deliveries.routes.PUSHES_PER_MINUTE", 0)
    answer = post(town)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_body_beyond_the_limit_gets_413_and_leaves_nothing(town, monkeypatch):
    monkeypatch.setattr("xinyidai.deliveries.routes.LARGEST_PUSH", 100)
    monkeypatch.setattr("xinyidai.deliveries.service.pushing.LARGEST_PUSH", 100)
    answer = post(town, b"x" * 5000, signed(town, b"x" * 5000))
    assert (answer.status_code, files_kept(town), deliveries()) == (413, 0, 0)


def _dated(minutes: float) -> str:
    return str(int((clock.now() + timedelta(minutes=minutes)).timestamp()))


# What is changed before signing, what after it, the body, its type → status, part of the sentence.
NOTHING: dict[str, str] = {}
ALTERED = [
    # Headers that are absent or have not their form
    *[
        (f"no {name}", NOTHING, {name: ""}, 401, HEADERS)
        for name in (
            "Xyd-Source",
            "Xyd-Key",
            "Xyd-Timestamp",
            "Xyd-Nonce",
            "Xyd-Content-SHA256",
            "Xyd-Signature",
        )
    ],
    *[
        (f"{name} is {text[:30]!r}", NOTHING, {name: text}, 401, HEADERS)
        for name, text in (
            ("Xyd-Source", "TAX"),
            ("Xyd-Source", "tax push"),
            ("Xyd-Source", "../tax"),
            ("Xyd-Source", "a" * 40),
            ("Xyd-Source", "税务"),
            ("Xyd-Key", "0"),
            ("Xyd-Key", "ABCDEF0123456789"),
            ("Xyd-Key", "z" * 16),
            ("Xyd-Key", "0" * 64),
            ("Xyd-Timestamp", "now"),
            ("Xyd-Timestamp", "-1"),
            ("Xyd-Timestamp", "1.5e9"),
            ("Xyd-Timestamp", "2024-01-01T00:00:00Z"),
            ("Xyd-Timestamp", "9" * 30),
            ("Xyd-Timestamp", "１７３２２６２４００"),
            ("Xyd-Nonce", "short"),
            ("Xyd-Nonce", "x" * 65),
            ("Xyd-Nonce", "a b c d e f g h i j"),
            ("Xyd-Nonce", "'; drop table delivery; --"),
            ("Xyd-Content-SHA256", "0"),
            ("Xyd-Content-SHA256", "F" * 64),
            ("Xyd-Content-SHA256", "g" * 64),
            ("Xyd-Signature", "not base64!"),
            ("Xyd-Signature", "====="),
            ("Xyd-Signature", "签名"),
        )
    ],
    # A clock that is wrong
    *[
        (f"{minutes} minutes", {"timestamp": minutes}, NOTHING, 401, CLOCK)
        for minutes in (-6, 6, -60, 60, -1440, 525_600)
    ],
    ("an impossible time", {"timestamp": "99999999999"}, NOTHING, 401, CLOCK),
    # Signatures of something else
    ("unknown source", {"source": "nobody_push"}, NOTHING, 401, SIGNATURE),
    ("unknown key", {"key_id": "0" * 16}, NOTHING, 401, SIGNATURE),
    ("signed for GET", {"method": "GET"}, NOTHING, 401, SIGNATURE),
    ("signed for another path", {"path": "/api/v1/other"}, NOTHING, 401, SIGNATURE),
    ("signed with a query", {"path": f"{PATH}?a=1"}, NOTHING, 401, SIGNATURE),
    ("kind changed", NOTHING, {"Xyd-Kind": "tax_grade"}, 401, SIGNATURE),
    ("kind taken away", NOTHING, {"Xyd-Kind": ""}, 401, SIGNATURE),
    ("name added", NOTHING, {"Xyd-File-Name": "a.csv"}, 401, SIGNATURE),
    ("key added", NOTHING, {"Idempotency-Key": "abcdefgh"}, 401, SIGNATURE),
    ("nonce changed", NOTHING, {"Xyd-Nonce": "n" * 32}, 401, SIGNATURE),
    ("time changed", NOTHING, {"Xyd-Timestamp": 1}, 401, SIGNATURE),
    ("digest changed", NOTHING, {"Xyd-Content-SHA256": "0" * 64}, 401, SIGNATURE),
    ("empty signature", NOTHING, {"Xyd-Signature": "AAAA"}, 401, SIGNATURE),
    ("zero signature", NOTHING, {"Xyd-Signature": "A" * 86 + "=="}, 401, SIGNATURE),
    ("long signature", NOTHING, {"Xyd-Signature": "A" * 400}, 401, SIGNATURE),
    # Signed well, and not to be taken all the same
    ("digest of something else", {"content_sha256": "0" * 64}, NOTHING, 422, "没有接收"),
    ("kind of somebody else", {"kind": "court_judgement"}, NOTHING, 422, "不由本部门报送"),
    ("no kind of ours", {"kind": "shoe_size"}, NOTHING, 422, "从列表里选择"),
    ("kind with a quote", {"kind": "tax'--"}, NOTHING, 422, "从列表里选择"),
    ("a bad idempotency key", {"idempotency_key": "short"}, NOTHING, 422, "Idempotency-Key"),
    ("a strange one", {"idempotency_key": "a b c d e f g h"}, NOTHING, 422, "Idempotency-Key"),
    ("a long one", {"idempotency_key": "x" * 101}, NOTHING, 422, "Idempotency-Key"),
]
TYPES = ("", "application/json", "text/plain", "multipart/form-data", "application/xml", "x")


def test_there_are_sixty_bad_requests():
    assert len({name for name, *_ in ALTERED}) == len(ALTERED)
    assert len(ALTERED) + len(TYPES) >= 60


def test_a_bad_request_gets_its_status_and_sentence_and_leaves_nothing(town):
    wrong = [
        f"{name}: {answer.status_code} {answer.json['detail']}"
        for name, before, after, status, says in ALTERED
        if not is_refused(answer := post(town, headers=_headers(town, before, after)), status, says)
    ]
    assert wrong == []
    assert (deliveries(), files_kept(town), list_batches()) == (0, 0, [])


def _headers(town, before, after):
    # A number is minutes from now: the table is read long before its rows are sent.
    dated = {name: _told(text) for name, text in before.items()}
    said = signed(town, **dated) | {name: _latin(_told(text)) for name, text in after.items()}
    return {name: text for name, text in said.items() if text}


def _told(text: str | int) -> str:
    return _dated(text) if isinstance(text, int) else text


def _latin(text: str) -> str:
    """Return the text as its bytes come through a header."""
    return text.encode().decode("latin-1")


def is_refused(answer, status: int, says: str) -> bool:
    problem = answer.mimetype == "application/problem+json"
    return problem and answer.status_code == status and says in answer.json["detail"]


def test_only_tables_of_text_are_pushed(town):
    for kind in TYPES:
        answer = post(town, kind=kind)
        assert is_refused(answer, 422, "Content-Type 只能是"), kind
    assert files_kept(town) == 0


# Bodies that are signed and taken, and cannot be collected.
BODIES = (
    (b"\x00\x01\x02\x03" * 50, "text/csv"),
    (b"\xff\xfe\x00", "text/csv"),
    (b"%PDF-1.7", "text/csv"),
    (HEAD.encode(), "text/csv"),
    (GOOD + GOOD, "text/csv"),
    (b"[1,2,3]", "application/x-ndjson"),
    (b"{", "application/x-ndjson"),
    (b"null\n", "application/x-ndjson"),
    (b'{"a": {"b": ' * 5000, "application/x-ndjson"),
    (b"PK\x03\x04" + b"\x00" * 100, "text/csv"),
    (b"\n\n\n", "text/csv"),
    ("身份证号,企业名称\n110101199003070011,鹰川甲有限公司\n".encode(), "text/csv"),
)


def test_a_bad_body_is_refused_later_with_a_sentence_and_nothing_collected(town):
    for content, kind in BODIES:
        taken = post(town, content, kind=kind)
        assert taken.status_code == 202, content[:20]
        done = work(taken.json["id"])
        assert done.batch_id is None, content[:20]
        assert done.state in {DeliveryState.REFUSED, DeliveryState.AWAITING_MAPPING}, content[:20]
        if done.state is DeliveryState.REFUSED:
            assert CHINESE.search(ask(town, taken.json["id"]).json["message"])
    assert list_batches() == []


def test_an_empty_body_is_refused_at_once(town):
    answer = post(town, b"", signed(town, b""))
    assert is_refused(answer, 422, "文件是空的")


def test_a_kind_of_the_source_is_what_the_signature_says(town):
    taken = post(town, headers=signed(town, kind=KIND, file_name="%E6%AC%A0%E7%A8%8E.csv"))
    assert queries.find(taken.json["id"]).file_name == "欠税.csv"
