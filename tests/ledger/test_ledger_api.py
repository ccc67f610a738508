"""The log over HTTP: everything an outsider needs, and nothing personal."""

import json
import threading
from wsgiref.simple_server import make_server

import pytest

from tests.ledger.logs import MONTH, Log
from xinyidai.ledger import merkle, queries


@pytest.fixture
def client(sealed: Log):
    return sealed.app.test_client()


def get(client, path: str, status: int = 200):
    answer = client.get(f"/api/v1/ledger/{path}")
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.json


def test_the_newest_checkpoint_comes_with_the_witnesses_lines(sealed, client):
    note = get(client, "checkpoint")["checkpoint"]
    assert note.splitlines()[1] == "16"
    assert note.count("— ") == 2
    assert get(client, f"checkpoint?month={MONTH}")["checkpoint"] == note
    get(client, "checkpoint?month=2024-01", 404)
    get(client, "checkpoint?month=2024", 422)


def test_leaf_hashes_and_proofs_lead_to_the_checkpoints(sealed, client):
    found = get(client, f"leaves?month={MONTH}&start=0&count=4096")["leaf_hashes"]
    leaves = [bytes.fromhex(each) for each in found]
    roots = {each.size: each.root for each in queries.checkpoints(MONTH)}
    assert len(leaves) == 16
    assert all(merkle.root_of(leaves[:size]) == root for size, root in roots.items())
    proof = get(client, f"consistency?month={MONTH}&old=6&new=16")["proof"]
    steps = [bytes.fromhex(step) for step in proof]
    assert merkle.verify_consistency(6, 16, roots[6], roots[16], steps)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("consistency?month=2025-03&old=7&new=16", 404),
        ("consistency?month=2025-03&old=16&new=6", 404),
        ("consistency?month=2025-03&old=6", 422),
        ("consistency?month=2025-03&old=-1&new=16", 422),
        ("consistency?month=2025-03&old=6&new=99999999999999999999", 422),
        ("leaves?month=2025-03&start=0&count=4097", 422),
        ("witness-steps?origin=nobody&size=6", 404),
        ("witness-steps?other=1", 422),
    ],
)
def test_what_is_not_there_or_malformed_is_refused(client, path, status):
    get(client, path, status)


def test_nothing_personal_and_no_salt_leaves_by_the_api(sealed, client):
    paths = ("checkpoint", "keys", f"leaves?month={MONTH}&start=0&count=99", "witness-steps")
    said = json.dumps([get(client, path) for path in paths], ensure_ascii=False)
    salts = sealed.sql("select encode(matter_salt, 'hex') from ledger_entry")
    assert "张" not in said
    assert not any(row[0] in said for row in salts)


def test_the_public_keys_are_there_to_compare(sealed, client):
    found = get(client, "keys")
    assert [key["verifier"] for key in found["keys"]] == [sealed.key]
    assert found["witnesses"][0]["verifier"] == sealed.witness.verifier


def test_a_false_signature_is_refused(client):
    note = get(client, "checkpoint")["checkpoint"]
    for body in ({"note": "x"}, {"note": ""}, {}, {"note": note.replace("\n16\n", "\n15\n")}):
        answer = client.post("/api/v1/ledger/cosignatures", json=body)
        assert answer.status_code == 422


def test_the_tools_are_handed_out_as_files(client):
    for name in ("verify_ledger.py", "witness.py"):
        answer = client.get(f"/ledger/tools/{name}")
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        compile(answer.data, name, "exec")
    assert client.get("/ledger/tools/other.py").status_code == 404


def test_a_witness_signs_over_http(log):
    log.write()
    log.seal()
    with make_server("127.0.0.1", 0, log.app) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            arguments = ("--key", log.witness.folder / "key", "--log-key", log.key, "--url", url)
            said = [
                log.witness.run("cosign", *arguments, "--state", log.witness.state)
                for _ in range(2)
            ]
        finally:
            server.shutdown()
            serving.join()
    assert said == [(0, "已签 / signed: 1\n"), (0, "已签 / signed: 0\n")]
    assert len(queries.cosignatures(MONTH, 6)) == 1
