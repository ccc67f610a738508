"""What a version in the shadow says never reaches the firm or a bank, on pages, in files, by API."""

import pytest

from tests.factories import artefacts as models
from tests.factories import parties
from tests.factories.readers import make_reader
from tests.factories.rights import Town
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.model_monitoring import service
from xinyidai.model_monitoring.models import ShadowScore
from xinyidai.scoring import service as scoring
from xinyidai.seeds.models import ACTIVE

SHADOW = "2025.1"
MARK = 0.123456789


@pytest.fixture
def reader(live, client_as, tmp_path):
    """A firm with a score, its bank with looks, and a shadow score that stands out."""
    town = Town()
    town.arrears()
    made = make_reader(live, client_as, town, text="1,234,500", indicator="x", value=None)
    with own_transaction():
        keeper = parties.account(Role.OPERATOR).as_actor()
        model = scoring.register_model(keeper, models.copied(tmp_path, SHADOW))
        service.start_shadow(keeper, model.id, "比较")
        service.run_shadows()
        row = db.session.get(ShadowScore, (model.id, town.firm.id))
        row.default_probability, row.points, row.grade = MARK, 347, "CC"
        row.is_insufficient = False
    return made


def test_no_page_file_or_answer_shows_it(reader):
    kept = reader.snapshot_ids[0]
    answers = [
        reader.owner.get("/enterprise/"),
        reader.owner.get("/enterprise/profile"),
        reader.owner.post("/enterprise/records"),
        reader.owner.post("/enterprise/holdings/file"),
        reader.officer.get(f"/queries/{kept}"),
        reader.officer.get("/bank/"),
        reader.program.get(f"/api/v1/queries/{reader.snapshot_ids[1]}", headers=reader.headers),
    ]
    assert sum(answer.status_code == 200 for answer in answers) >= 5
    for answer in answers:
        for mark in (str(MARK), SHADOW, "影子", "shadow"):
            assert mark not in answer.text, (answer.request.path, mark)


def test_a_new_look_and_the_present_score_are_the_active_versions(reader):
    reader.refresh()
    score = reader.apart(
        lambda: reader._with(lambda firm: scoring.find_current_score(firm).model_version)
    )
    assert score == ACTIVE


@pytest.mark.parametrize("who", ["owner", "officer"])
def test_the_offices_pages_are_closed_to_them(reader, who):
    client = getattr(reader, who)
    for url in ("/office/models", "/office/models/alarms"):
        assert client.get(url).status_code == 403
