"""Voluntary registration over HTTP: the firm on its phone, whoever verifies at the desk."""

import io
import re

import pytest

from tests.declarations.conftest import BASIS, CERTIFICATE
from tests.factories import files, parties
from tests.factories.rights import Town
from xinyidai.declarations.models import Declaration, DeclarationFile
from xinyidai.declarations.values import DeclarationState as S
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.uploads import MIB

LIST = "/enterprise/declarations"


@pytest.fixture
def town(live) -> Town:
    made = Town()
    market = parties.department(code="market_regulation")
    made.market = parties.account(Role.DEPARTMENT, market)
    db.session.commit()
    return made


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


def begun(owner, category="qualification") -> str:
    answer = owner.post(LIST, data={"category": category})
    assert answer.status_code == 303, answer.text
    return answer.location.removesuffix("/fields")


def sent(owner, address, name="证书.pdf", content=None):
    body = files.pdf() if content is None else content
    return owner.post(f"{address}/files", data={"file": (io.BytesIO(body), name)})


def submitted(owner) -> str:
    address = begun(owner)
    assert owner.post(f"{address}/fields", data=CERTIFICATE).status_code == 303
    assert sent(owner, address).status_code == 303
    assert owner.post(f"{address}/sign", data={"statement": "1"}).status_code == 303
    return address


def state_of(address: str) -> S:
    db.session.rollback()
    return db.session.get(Declaration, address.rsplit("/", 1)[1]).state


def test_a_firm_goes_from_category_to_receipt(owner):
    assert "社会公益" in owner.get(LIST).text
    address = begun(owner)
    assert begun(owner) == address
    assert "证照编号" in owner.get(f"{address}/fields").text
    answer = owner.post(f"{address}/fields", data=CERTIFICATE)
    assert answer.location == f"{address}/files"
    assert sent(owner, address).status_code == 303
    assert "已上传 1 个" in owner.get(f"{address}/files").text
    check = owner.get(f"{address}/sign").text
    assert "YS-演示-001" in check
    assert "授权平台" in check
    for _ in range(2):
        done = owner.post(f"{address}/sign", data={"statement": "1"})
        assert done.location == f"{address}/receipt"
    assert re.search(r"ZC\d{8}[0-9A-F]{8}", owner.get(done.location).text)
    assert owner.get(f"{address}/fields").status_code == 302


def test_nothing_typed_is_lost(owner):
    address = begun(owner)
    answer = owner.post(
        f"{address}/fields", data={"certificate_kind": "演示认证", "issued_on": "昨天"}
    )
    assert answer.status_code == 422
    assert "已保存您填写的内容" in answer.text
    assert 'value="演示认证"' in owner.get(f"{address}/fields").text
    lacking = owner.post(f"{address}/sign", data={})
    assert lacking.status_code == 422
    assert "请至少上传 1 个附件" in lacking.text
    assert owner.post(f"{address}/fields", data={"ethnicity": "x"}).status_code == 422
    assert owner.post(LIST, data={"category": "x"}).status_code == 404


def test_a_file_is_refused_in_words_and_never_shown_inline(owner):
    address = begun(owner)
    for name, content in files.BAD_FILES.values():
        assert sent(owner, address, name, content).status_code == 422
    large = sent(owner, address, "照片.jpg", files.jpeg(b"x" * 8 * MIB))
    assert large.status_code == 422
    assert "不能超过 5 MB" in large.text
    assert sent(owner, address, "x.jpg", b"x" * 25 * MIB).status_code == 413
    assert owner.post(f"{address}/files", data={}).status_code == 422
    assert sent(owner, address, "图.png", files.png()).status_code == 303
    link = re.search(rf'{address}/files/[0-9a-f-]{{36}}"', owner.get(f"{address}/files").text)
    got = owner.get(link[0].strip('"'))
    assert got.headers["Content-Disposition"].startswith('attachment; filename="fujian-')
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert (got.content_type, got.data) == ("image/png", files.png())


def test_only_an_upload_may_be_large(owner):
    address = begun(owner)
    assert owner.post(f"{address}/sign", data={"statement": "x" * 3 * MIB}).status_code == 413


def test_an_attachment_goes_and_comes_back(owner):
    address = begun(owner)
    sent(owner, address)
    db.session.rollback()
    [file] = db.session.query(DeclarationFile).all()
    for _ in range(2):
        assert owner.post(f"{address}/files/{file.id}/remove").status_code == 303
    assert owner.get(f"{address}/files/{file.id}").status_code == 404


def test_the_office_verifies_and_the_record_appears_with_its_label(owner, town, client_as):
    address = submitted(owner)
    clerk = client_as(town.clerk)
    assert "自愿填报待核验" in clerk.get("/office").text
    desk = address.replace("/enterprise", "/office")
    assert address.rsplit("/", 1)[1] in clerk.get("/office/declarations").text
    [file] = re.findall(rf"{desk}/files/[0-9a-f-]{{36}}", clerk.get(desk).text)
    assert clerk.post(file).data == files.pdf()
    assert clerk.post(desk, data={"action": "verify", "reason": ""}).status_code == 422
    assert clerk.post(desk, data={"action": "x"}).status_code == 422
    assert "自主填报（已核验）" not in owner.post("/enterprise/records").text
    assert clerk.post(desk, data={"action": "verify", "reason": BASIS}).status_code == 303
    assert clerk.post(desk, data={"action": "verify", "reason": BASIS}).status_code == 409
    shown = owner.post("/enterprise/records").text
    assert "自主填报（已核验）" in shown
    assert "YS-演示-001" in shown
    assert owner.post(f"{address}/withdraw").status_code == 303
    assert "YS-演示-001" not in owner.post("/enterprise/records").text


def test_a_department_sees_its_categories_only(owner, town, client_as):
    address = submitted(owner)
    desk = address.replace("/enterprise", "/department")
    market, taxman = client_as(town.market), client_as(town.taxman)
    assert "自愿填报待核验" in market.get("/department").text
    assert market.get(desk).status_code == 200
    assert taxman.get(desk).status_code == 404
    elsewhere = taxman.get("/department/declarations")
    assert (elsewhere.status_code, elsewhere.location) == (303, "/department/commitments")
    assert "自愿填报待核验" not in taxman.get("/department").text
    assert taxman.get(elsewhere.location).status_code == 200
    answer = market.post(desk, data={"action": "return", "reason": "请补充证书背面"})
    assert answer.status_code == 303
    assert state_of(address) is S.RETURNED
    assert "请补充证书背面" in owner.get(address).text


def test_strangers_meet_nothing_not_even_by_a_files_id(owner, town, client_as):
    address = submitted(owner)
    db.session.rollback()
    [file] = db.session.query(DeclarationFile).all()
    other = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    stranger = client_as(other)
    own = begun(stranger)
    for place in (address, f"{address}/fields", f"{address}/files", f"{address}/sign"):
        assert stranger.get(place).status_code == 404
    assert stranger.get(f"{address}/files/{file.id}").status_code == 404
    assert stranger.get(f"{own}/files/{file.id}").status_code == 404
    assert stranger.post(f"{own}/files/{file.id}/remove").status_code == 303
    assert owner.get(f"{address}/files/{file.id}").status_code == 200
    auditor = client_as(town.auditor)
    desk = address.replace("/enterprise", "/office")
    assert auditor.get(desk).status_code == 200
    assert auditor.post(f"{desk}/files/{file.id}").status_code == 403
    assert auditor.post(desk, data={"action": "verify", "reason": BASIS}).status_code == 403
    assert client_as(town.officer).get(desk).status_code == 403
    assert client_as(None).get(f"{address}/files/{file.id}").status_code == 302


def test_the_firm_finds_it_all_among_what_is_held(owner):
    submitted(owner)
    held = owner.post("/enterprise/holdings/file").text
    assert "YS-演示-001" in held
    assert '"sha256"' in held
