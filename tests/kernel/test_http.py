"""The edge: every error is a problem document for programs and a plain page for people."""

import pytest
from flask import g
from sqlalchemy import create_engine, exc, text
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from xinyidai.kernel import errors, http
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction

SENTENCE = "这是给用户的一句话。"
SECRET = "password=do-not-show"
DRIVER = ValueError(SECRET)

RAISED = {
    "unauthenticated": (errors.Unauthenticated(SENTENCE), 401),
    "forbidden": (errors.Forbidden(SENTENCE), 403),
    "not_found": (errors.NotFound(SENTENCE), 404),
    "conflict": (errors.Conflict(SENTENCE), 409),
    "invalid_transition": (errors.InvalidTransition(SENTENCE), 409),
    "rule_broken": (errors.RuleBroken(SENTENCE), 422),
    "invalid_input": (errors.InvalidInput(SENTENCE, fields={"amount": "请填写金额"}), 422),
    "too_many": (errors.TooMany(SENTENCE, retry_after=7), 429),
    "error": (errors.DomainError(SENTENCE), 500),
    "own_code": (errors.Conflict(SENTENCE, code="own_code"), 409),
}
BENEATH = {
    "unstorable": (exc.DataError("select", {}, DRIVER), 422),
    "conflict": (exc.IntegrityError("insert", {}, DRIVER), 409),
    "unavailable": (exc.OperationalError("select", {}, DRIVER), 503),
    "internal": (exc.ProgrammingError("select", {}, DRIVER), 500),
    "http_413": (RequestEntityTooLarge(), 413),
    "http_415": (UnsupportedMediaType(), 415),
}


@pytest.fixture
def answer(app):
    """Let the application answer for an error raised under a path."""

    def make(error: Exception, path: str, **more: object):
        with app.test_request_context(path, **more):
            app.preprocess_request()
            return app.make_response(app.handle_user_exception(error))

    return make


@pytest.mark.parametrize("code", RAISED)
def test_an_error_of_the_domain_becomes_a_problem_document(answer, code):
    error, status = RAISED[code]
    response = answer(error, "/api/v1/anything")
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.json["code"] == code
    assert response.json["status"] == status
    assert response.json["detail"] == SENTENCE
    assert len(response.json["request_id"]) == 16


@pytest.mark.parametrize("code", sorted(set(RAISED) - {"unauthenticated"}))
def test_an_error_of_the_domain_becomes_a_page_in_chinese(answer, code):
    error, status = RAISED[code]
    response = answer(error, "/enterprise/anything")
    page = response.get_data(as_text=True)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert SENTENCE in page
    assert "<h1>" in page


@pytest.mark.parametrize("code", BENEATH)
def test_what_comes_from_beneath_is_answered_without_its_text(answer, code):
    error, status = BENEATH[code]
    for path in ("/oauth/anything", "/enterprise/anything"):
        response = answer(error, path)
        assert response.status_code == status
        assert SECRET not in response.get_data(as_text=True)
    assert answer(error, "/oauth/anything").json["code"] == code


def test_a_surprise_is_a_500_that_tells_nothing(answer):
    response = answer(ZeroDivisionError(SECRET), "/api/v1/anything")
    assert (response.status_code, response.json["code"]) == (500, "internal")
    assert SECRET not in response.get_data(as_text=True)


def test_fields_and_facts_are_members_of_the_document(answer):
    invalid, _ = RAISED["invalid_input"]
    busy, _ = RAISED["too_many"]
    assert answer(invalid, "/api/v1/x").json["fields"] == {"amount": "请填写金额"}
    assert answer(busy, "/api/v1/x").json["retry_after"] == 7
    assert answer(busy, "/enterprise/anything").headers["Retry-After"] == "7"


def test_who_is_not_signed_in_is_told_how_or_led_to_the_form(answer):
    error, _ = RAISED["unauthenticated"]
    assert answer(error, "/api/v1/x").headers["WWW-Authenticate"].startswith("Bearer")
    looking = answer(error, "/enterprise/anything?purpose=pre_loan")
    posting = answer(error, "/enterprise/anything", method="POST")
    assert looking.status_code == posting.status_code == 302
    assert "purpose%3Dpre_loan" in looking.location
    assert "anything" not in posting.location


@pytest.mark.parametrize("path", ["/api/v1/nothing-here", "/oauth/nothing-here"])
def test_an_unknown_address_of_the_api_is_a_problem(live, path):
    response = live.test_client().get(path)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert response.json["code"] == "http_404"


@pytest.mark.parametrize("path", ["/nothing-here", "/%00", "/enterprise/applications/not-an-id"])
def test_an_unknown_address_is_a_page(live, path):
    response = live.test_client().get(path)
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "没有找到" in response.get_data(as_text=True)


def test_a_wrong_method_names_the_right_ones(live):
    response = live.test_client().delete("/healthz")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_form_beyond_the_limit_is_refused(live):
    head = b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\n'
    response = live.test_client().post(
        "/sign-in",
        data=head + b"x" * 3_000_000 + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
    )
    assert response.status_code == 413
    assert "太大" in response.get_data(as_text=True)


def test_a_body_announced_beyond_the_limit_is_refused_unread(live):
    response = live.test_client().post(
        "/sign-in",
        environ_overrides={"CONTENT_LENGTH": str(10**12)},
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 413


@pytest.mark.parametrize("login", ["a\0b", "\ud800", "𠮷" * 5_000])
def test_characters_that_cannot_be_stored_are_no_server_error(live, login):
    form = b"password=x&login=" + login.encode("utf-8", "surrogatepass")
    response = live.test_client().post(
        "/sign-in", data=form, content_type="application/x-www-form-urlencoded"
    )
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize(
    ("query", "number", "size"),
    [
        ("", 1, 20),
        ("page=3", 3, 20),
        ("page=100000&size=100", 100_000, 100),
        ("page=&size=", 1, 20),
    ],
)
def test_a_page_of_a_list_is_asked_for_by_small_numbers(app, query, number, size):
    with app.test_request_context(f"/?{query}"):
        page = http.page_args()
    assert (page.number, page.size, page.offset) == (number, size, (number - 1) * size)


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=-1", "page=1.5", "page=x", "page=1%00", "page=%2B1", "size=1e1"),
        *(
            "size=101",
            "page=100001",
            "size=%D9%A1",
            "size=000000001999",
            "page=99999999999999999999",
            "page=" + "9" * 5000,
        ),
    ],
)
def test_other_pages_are_refused_with_the_field_named(app, query):
    with app.test_request_context(f"/?{query}"), pytest.raises(errors.InvalidInput) as refused:
        http.page_args()
    assert list(refused.value.fields) == [query.split("=")[0]]


def test_every_request_has_an_id_of_its_own(app):
    found = set()
    for _ in range(3):
        with app.test_request_context("/healthz"):
            app.preprocess_request()
            found.add(g.request_id)
    assert len(found) == 3


def test_health_needs_no_database(live):
    assert live.test_client().get("/healthz").json == {"status": "ok"}


@pytest.mark.parametrize(
    ("silence", "status", "worker"),
    [(None, 503, "no heartbeat"), ("1 second", 200, "ok"), ("10 minutes", 503, "no heartbeat")],
)
def test_ready_means_a_worker_was_heard_of_lately(live, silence, status, worker):
    if silence:
        with own_transaction() as session:
            session.execute(
                text(
                    "insert into procrastinate_workers (last_heartbeat) values (now() - cast(:s as interval))"
                ),
                {"s": silence},
            )
    response = live.test_client().get("/readyz")
    assert response.status_code == status
    assert response.json["checks"] == {"database": "ok", "migrations": "ok", "worker": worker}


def test_not_ready_after_a_forgotten_migration_and_without_tables(live, pg):
    owner = create_engine(live.config["OWNER_DATABASE_URI"])
    with owner.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0000'"))
    assert "0000" in live.test_client().get("/readyz").json["checks"]["migrations"]
    database.session.remove()  # it has read the table
    with owner.begin() as connection:
        connection.execute(text("drop table alembic_version"))
    owner.dispose()
    response = live.test_client().get("/readyz")
    database.session.rollback()
    assert (response.status_code, response.json["checks"]["database"]) == (503, "down")
