"""Before the withdrawal commits everybody sees the declared record; after it nobody does."""

from tests.declarations.conftest import BASIS, CERTIFICATE
from tests.factories import files
from tests.factories.readers import SURFACES, make_reader
from tests.factories.rights import Town
from xinyidai.declarations import service
from xinyidai.kernel.db import db

# The bank's consent does not cover self-declared records, so its old result stays.
OWN = tuple(name for name in SURFACES if name not in {"bank", "api"})


def test_a_declared_record_leaves_profile_score_and_match_with_the_commit(live, client_as):
    town = Town()
    town.arrears()
    made = service.start_declaration(town.boss, "qualification")
    service.save_fields(town.boss, made.id, CERTIFICATE)
    service.attach_file(town.boss, made.id, "证书.pdf", files.pdf())
    service.submit_declaration(town.boss, made.id, agreed=True)
    service.verify_declaration(town.clerk.as_actor(), made.id, BASIS)
    reader = make_reader(
        live,
        client_as,
        town,
        text="自主填报资质证照",
        indicator="tax_arrears_amount",
        value=1_234_500,
    )
    service.withdraw_declaration(town.boss, made.id, "证书已注销")
    assert reader.seen() == dict.fromkeys(SURFACES, True)
    db.session.commit()
    seen = reader.seen()
    assert {name: seen[name] for name in OWN} == dict.fromkeys(OWN, False)
