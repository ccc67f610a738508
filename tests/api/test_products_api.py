"""Products for anyone, and drafts of a bank's system."""

from uuid import uuid4

from xinyidai.products.routes import PRODUCT_IN


def test_anyone_finds_what_is_on_sale(quick):
    version = quick.product(name="纳税信用贷")
    found = quick.client.get("/api/v1/products?kind=credit_loan&region=410402&q=纳税").json
    assert (found["total"], found["items"][0]["id"]) == (1, str(version.id))
    assert found["items"][0]["terms"]["rate_min"] == "0.0365"


def test_a_filter_leaves_out_what_does_not_fit(quick):
    quick.product()
    path = "/api/v1/products"
    assert quick.client.get(f"{path}?kind=bill").json["total"] == 0
    assert quick.client.get(f"{path}?region=420100").json["total"] == 0
    assert quick.client.get(f"{path}?institution={uuid4()}").json["total"] == 0


def test_pages_of_the_catalogue_do_not_overlap(quick):
    for number in range(3):
        quick.product(code=f"PAGE-{number}", name=f"产品{number}")
    first = quick.client.get("/api/v1/products?size=2").json
    second = quick.client.get("/api/v1/products?size=2&page=2").json
    assert (len(first["items"]), len(second["items"]), second["total"]) == (2, 1, 3)


def test_a_listed_version_is_public(quick):
    answer = quick.client.get(f"/api/v1/products/{quick.product().id}")
    assert (answer.status_code, answer.json["state"]) == (200, "listed")


def test_a_bank_drafts_a_product_and_submits_it(quick):
    drafted = quick.us.post("/products", PRODUCT_IN)
    assert (drafted.status_code, drafted.json["state"]) == (201, "draft")
    submitted = quick.us.post(f"/products/{drafted.json['id']}/submission")
    assert (submitted.status_code, submitted.json["state"]) == (200, "under_review")


def test_a_draft_is_seen_by_its_own_bank_only(quick):
    path = f"/products/{quick.us.post('/products', PRODUCT_IN).json['id']}"
    assert quick.us.get(path).status_code == 200
    assert quick.others.get(path).status_code == 404
    assert quick.client.get(f"/api/v1{path}").status_code == 404
    assert quick.others.post(f"{path}/submission").status_code == 404


def test_a_code_is_taken_once(quick):
    assert quick.us.post("/products", PRODUCT_IN).status_code == 201
    assert quick.others.post("/products", PRODUCT_IN).status_code == 409


def test_a_bank_throws_its_draft_away_once_and_with_a_reason(quick):
    path = f"/products/{quick.us.post('/products', PRODUCT_IN).json['id']}"
    why = {"reason": "重复录入"}
    assert quick.others.post(f"{path}/discard", why).status_code == 404
    assert quick.us.post(f"{path}/discard", {"reason": ""}).status_code == 422
    done = quick.us.post(f"{path}/discard", why)
    assert (done.status_code, done.json["state"]) == (200, "discarded")
    assert quick.us.post(f"{path}/discard", why).status_code == 409
    assert quick.client.get(f"/api/v1{path}").status_code == 404
    assert quick.us.post("/products", PRODUCT_IN).json["version"] == 2


def test_a_draft_under_review_is_not_thrown_away(quick):
    path = f"/products/{quick.us.post('/products', PRODUCT_IN).json['id']}"
    quick.us.post(f"{path}/submission")
    refused = quick.us.post(f"{path}/discard", {"reason": "重复录入"})
    assert (refused.status_code, refused.json["code"]) == (409, "invalid_transition")
