"""Credit commitments over HTTP: library, signature, fulfilment, figures, public page."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from pypdf import PdfReader

from tests.commitments.conftest import BASIS, BODY
from tests.factories import files, parties
from tests.factories.rights import Town
from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments import service
from xinyidai.commitments.models import Commitment, CommitmentFile
from xinyidai.commitments.values import TemplateDraft
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db

LIST = "/enterprise/commitments"
TEMPLATES = "/office/commitments/templates"


@pytest.fixture
def town(live) -> Town:
    made = Town()
    made.second = parties.account(Role.CREDIT_OFFICE, made.office)
    draft = TemplateDraft(
        code="demo_page",
        kind=CommitmentKind.TOLERANCE,
        title="演示容缺受理承诺书",
        body=BODY,
        term_days=60,
    )
    made.template = service.draft_template(made.clerk.as_actor(), draft)
    service.approve_template(made.second.as_actor(), made.template.id)
    made.owner.name = "张演示三"
    db.session.commit()
    return made


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


@pytest.fixture
def clerk(town, client_as):
    return client_as(town.clerk)


def form(**changes):
    fields = {
        "key": str(uuid4()),
        "matter": "演示项目备案",
        "due_on": str(clock.today() + timedelta(days=20)),
        "agreed": "1",
        "action": "sign",
    }
    return {**fields, **changes}


def signed(owner, town) -> str:
    answer = owner.post(f"{LIST}/new/{town.template.id}", data=form())
    assert answer.status_code == 303, answer.text
    return answer.location


def number_of(address: str) -> str:
    db.session.rollback()
    return db.session.get(Commitment, address.rsplit("/", 1)[1]).number


def test_a_firm_sees_the_text_before_it_signs_and_twice_is_once(owner, town):
    page = f"{LIST}/new/{town.template.id}"
    assert "演示容缺受理承诺书" in owner.get(LIST).text
    assert "________" in owner.get(page).text
    shown = owner.post(page, data=form(action="preview", agreed=""))
    assert shown.status_code == 200
    assert f"{town.firm.name}（{town.firm.uscc}）就“演示项目备案”" in shown.text
    wrong = owner.post(page, data=form(matter="", due_on="x", agreed=""))
    assert wrong.status_code == 422
    assert "请阅读承诺书并勾选" in wrong.text
    twice = form()
    places = {owner.post(page, data=twice).location for _ in range(2)}
    assert len(places) == 1
    db.session.rollback()
    assert db.session.query(Commitment).count() == 1
    assert owner.post(page, data=form(key="x")).status_code == 404


def test_everybody_reads_it_and_nobody_learns_who_signed(owner, town, client_as):
    number = number_of(signed(owner, town))
    public = client_as(None)
    page = public.get(f"/commitments/{number.lower()}").text
    assert "签名有效" in page
    assert town.firm.name in page
    assert "张***" in page
    assert "张演示三" not in page
    assert number in public.get(f"/commitments?q={town.firm.uscc}").text
    assert number in public.get(f"/commitments?q={town.firm.name}&kind=tolerance").text
    assert number not in public.get("/commitments?state=kept").text
    assert public.get("/commitments/CN20990101ABCDEF01").status_code == 404
    assert public.get("/commitments/%00").status_code == 404
    assert public.get("/commitments?state=x").status_code == 422


def test_the_copy_carries_text_and_number(owner, town):
    address = signed(owner, town)
    answer = owner.get(f"{address}/copy.pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert number_of(address) in words
    assert "演示项目备案" in words
    assert f"/commitments/{number_of(address)}" in words


def test_from_evidence_to_the_finding_and_the_figures(owner, clerk, town, client_as):
    address = signed(owner, town)
    desk = address.replace("/enterprise", "/office")
    body = {"file": (io.BytesIO(files.pdf()), "回执.pdf")}
    assert owner.post(f"{address}/files", data=body).status_code == 303
    bad = {"file": (io.BytesIO(files.SVG), "回执.pdf")}
    assert owner.post(f"{address}/files", data=bad).status_code == 422
    assert owner.post(f"{address}/supply", data={"note": ""}).status_code == 422
    assert owner.post(f"{address}/supply", data={"note": "材料已经补齐，有回执"}).status_code == 303
    assert "承诺待认定" in clerk.get("/office").text
    assert number_of(address) in clerk.get("/office/commitments/list?state=waiting").text
    assert clerk.get("/office/commitments/list?state=x").status_code == 422
    db.session.rollback()
    [file] = db.session.query(CommitmentFile).all()
    assert clerk.post(f"{desk}/files/{file.id}").data == files.pdf()
    assert clerk.post(desk, data={"action": "keep", "basis": ""}).status_code == 422
    assert clerk.post(desk, data={"action": "keep", "basis": BASIS}).status_code == 303
    assert clerk.post(desk, data={"action": "break", "basis": BASIS}).status_code == 409
    figures = clerk.get("/office/commitments").text
    assert "100.0%" in figures
    assert "/office/commitments/list?kind=tolerance&amp;state=kept" in figures
    listed = clerk.get("/office/commitments/list?kind=tolerance&state=kept").text
    assert number_of(address) in listed
    assert "已履行" in client_as(None).get(f"/commitments/{number_of(address)}").text


def test_the_library_wants_two_clerks(clerk, town, client_as):
    text = {
        "code": "demo_new",
        "kind": "proactive",
        "title": "演示公开承诺书",
        "body": BODY,
        "term_days": "90",
    }
    wrong = clerk.post(f"{TEMPLATES}/new", data={**text, "body": "没有占位符", "term_days": "x"})
    assert wrong.status_code == 422
    assert "没有占位符" in wrong.text
    assert clerk.post(f"{TEMPLATES}/new", data={**text, "kind": "repair"}).status_code == 422
    made = clerk.post(f"{TEMPLATES}/new", data=text)
    assert made.status_code == 303
    assert clerk.post(made.location, data={"action": "approve"}).status_code == 422
    assert (
        client_as(town.auditor).post(made.location, data={"action": "approve"}).status_code == 403
    )
    assert client_as(town.second).post(made.location, data={"action": "approve"}).status_code == 303
    assert "演示公开承诺书" in client_as(town.owner).get(LIST).text
    assert clerk.post(made.location, data={"action": "retire", "reason": ""}).status_code == 422
    assert (
        clerk.post(made.location, data={"action": "retire", "reason": "办法废止了"}).status_code
        == 303
    )
    assert "演示公开承诺书" not in client_as(town.owner).get(LIST).text


def test_strangers_meet_nothing_but_the_public_page(owner, town, client_as):
    address = signed(owner, town)
    file_body = {"file": (io.BytesIO(files.pdf()), "回执.pdf")}
    owner.post(f"{address}/files", data=file_body)
    db.session.rollback()
    [file] = db.session.query(CommitmentFile).all()
    other = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    stranger, taxman = client_as(other), client_as(town.taxman)
    for place in (address, f"{address}/copy.pdf", f"{address}/files/{file.id}"):
        assert stranger.get(place).status_code == 404
    assert stranger.post(f"{address}/supply", data={"note": "已经办完了"}).status_code == 404
    desk = address.replace("/enterprise", "/department")
    assert taxman.get(desk).status_code == 404
    assert taxman.post(desk, data={"action": "keep", "basis": BASIS}).status_code == 404
    assert taxman.post(f"{desk}/files/{file.id}").status_code == 404
    office = address.replace("/enterprise", "/office")
    assert client_as(town.auditor).get(office).status_code == 200
    assert client_as(town.auditor).post(f"{office}/files/{file.id}").status_code == 403
    assert client_as(town.officer).get(office).status_code == 403
