"""Check a report: genuine, altered, unknown; corrected since; nothing to strangers."""

import copy
import json

import pytest

from tests.factories import parties
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.credit_reports import queries, rules, service
from xinyidai.credit_reports.values import ReportStanding, VerificationOutcome
from xinyidai.kernel.actor import ANONYMOUS, SYSTEM
from xinyidai.kernel.errors import InvalidInput

GENUINE, ALTERED, UNKNOWN = (
    VerificationOutcome.GENUINE,
    VerificationOutcome.ALTERED,
    VerificationOutcome.UNKNOWN,
)


@pytest.fixture
def report(town, order):
    town.penalty()
    return service.make_own(town.boss, order(ReportEdition.AUTHORIZED))


@pytest.fixture
def document(town, report):
    opened = service.open_report(town.boss, report.id)
    return service.document_of(report, opened.content, "https://node.example/x")


def as_file(document) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def test_the_file_is_genuine_however_it_is_laid_out(document):
    for raw in (as_file(document), json.dumps(document, indent=4).encode("utf-8-sig")):
        assert service.by_file(ANONYMOUS, raw).outcome is GENUINE


@pytest.mark.parametrize(
    "change", ["firm", "record", "count", "signature", "key", "added", "float"]
)
def test_whatever_is_changed_is_seen(document, change):
    bad = copy.deepcopy(document)
    report = bad["report"]
    if change == "firm":
        report["firm"]["name"] += "（集团）"
    elif change == "record":
        next(s for s in report["sections"] if s["records"])["records"].clear()
    elif change == "count":
        report["record_count"] = 0
    elif change == "signature":
        bad["signature"]["value"] = "A" * 88
    elif change == "key":
        bad["signature"]["key_id"] = "00000000"
    elif change == "added":
        report["remark"] = "无违法"
    else:
        report["record_count"] = 1.0
    assert service.by_file(ANONYMOUS, as_file(bad)).outcome is ALTERED


def test_another_reports_signature_does_not_fit(town, order, document):
    other = service.make_own(town.boss, order())
    document["signature"]["value"] = other.signature
    assert service.by_file(ANONYMOUS, as_file(document)).outcome is ALTERED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"{}",
        b"[]",
        b"null",
        b'"report"',
        b'{"report": {}, "signature": []}',
        b'{"report": 1, "signature": {}}',
        b'{"report": {"number": 1, "number": 2}, "signature": {}}',
        b"[" * 100_000,
        b"%PDF-1.7",
        b"9" * 10_000,
        b'{"report": {}, "signature": {}',
    ],
)
def test_what_is_no_report_is_said_to_be_none(db, raw):
    with pytest.raises(InvalidInput) as error:
        service.by_file(ANONYMOUS, raw)
    assert "JSON" in error.value.fields["file"]


@pytest.mark.parametrize("number", ["BG20260101FFFFFFFFFF", 7, None, "\x00", ["x"], "\ud800"])
def test_a_report_that_was_never_made_here_is_unknown(db, number):
    raw = json.dumps({"report": {"number": number}, "signature": {}}).encode()
    assert service.by_file(ANONYMOUS, raw).outcome is UNKNOWN


def test_number_and_code_tell_what_can_be_compared_and_no_record(report):
    code = rules.check_code(report.content_hash)
    verified = service.by_number(ANONYMOUS, f" {report.number.lower()}", code.upper())
    said = str(verified.facts)
    assert verified.outcome is GENUINE
    assert report.number in said
    assert "鹰环罚" not in said


@pytest.mark.parametrize("code", ["", "0" * 16, "é" * 16, "short"])
def test_a_wrong_code_looks_like_an_unknown_number(report, code):
    assert service.by_number(ANONYMOUS, report.number, code) == service.by_number(
        ANONYMOUS, "BG1", code
    )
    assert queries.checks_of(report.id) == []


def test_a_repair_is_said_at_the_next_check(town, report, document):
    [fact] = town.facts("environment_penalty")
    write.retire_record(SYSTEM, town.firm.id, fact.id, RecordStatus.REPAIRED, "已修复")
    for verified in (
        service.by_file(ANONYMOUS, as_file(document)),
        service.by_number(ANONYMOUS, report.number, rules.check_code(report.content_hash)),
    ):
        assert (verified.outcome, verified.standing) == (GENUINE, ReportStanding.CORRECTED)


def test_the_firm_learns_how_often_and_by_which_institution_it_was_checked(town, report, document):
    service.by_file(ANONYMOUS, as_file(document))
    service.by_file(parties.officer_of(town.bank), as_file(document))
    names = [name for _, name in service.checks_of(town.boss, report.id)]
    assert sorted(filter(None, names)) == [town.bank.short_name]
    assert len(names) == service.read_row(town.boss, report.id).checks == 2


def test_a_signature_holds_without_the_platform(report, document):
    import base64

    from xinyidai.kernel.signing import PublicKey
    from xinyidai.ledger import queries as ledger

    [key] = ledger.keys_by_id([document["signature"]["key_id"]])
    public = PublicKey.parse(key.verifier)
    text = json.dumps(document["report"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    message = f"{document['signature']['form']}\n{text}".encode()
    assert public.name.endswith("/report")
    assert public.verify(message, base64.b64decode(document["signature"]["value"]))
