"""What must be refused is refused, for the reasons that an independent model gives."""

import pytest

from tests.gate import negatives
from tests.gate.ground import pooled

SAMPLE = 2_000


@pytest.fixture(scope="module")
def tally_of():
    return {}


def test_no_look_passes_that_the_model_refuses(live):
    with pooled(live):
        tally = negatives.run(SAMPLE)
    assert tally.faults[:5] == []
    assert len(tally.refused) >= SAMPLE
    assert len(tally.allowed) > 50
    assert (tally.reread_refused, tally.reread_allowed) > (500, 50)
    assert tally.states == NINE
    assert tally.reasons >= TWENTY_TWO


NINE = {
    "draft", "pending", "active", "suspended", "declined", "revoked", "expired", "used_up", "ended",
}  # fmt: skip
TWENTY_TWO = {
    "not_granted", "declined", "suspended", "revoked", "expired", "used_up", "ended",
    "not_yet_valid", "other_institution", "other_enterprise", "other_purpose", "item_not_covered",
    "mode_not_covered", "institution_suspended", "enterprise_inactive", "role_not_allowed",
    "other_officer", "officer_left", "representative_changed", "too_often", "purpose_withdrawn",
    "artefact_broken",
}  # fmt: skip
