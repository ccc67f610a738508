"""Before the repair commits everybody sees the record; after it nobody sees any of it."""

from tests.factories.readers import SURFACES, make_reader
from tests.factories.rights import Town
from tests.repairs.conftest import CLAIM
from xinyidai.kernel.db import db
from xinyidai.repairs import service


def test_a_repaired_record_goes_everywhere_with_the_commit(live, client_as):
    town = Town()
    fact, clerk = town.arrears(), town.clerk.as_actor()
    reader = make_reader(
        live, client_as, town, text="欠税公告", indicator="tax_arrears_amount", value=1_234_500
    )
    repair = service.apply_for_repair(town.boss, fact.id, CLAIM)
    service.check_repair(clerk, repair.id)
    service.hand_over_repair(clerk, repair.id, "XYZG-2026-000123")
    db.session.commit()
    service.complete_repair(clerk, repair.id, "认定机关同意修复")
    assert reader.seen() == dict.fromkeys(SURFACES, True)
    db.session.commit()
    assert reader.seen() == dict.fromkeys(SURFACES, False)
    reader.refresh()
    assert reader.indicators()["tax_arrears_amount"]["value"] == 0
