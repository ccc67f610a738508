"""One result for one firm, 给出结果: decision, reading, model and log in one transaction.

The bank's snapshot holds the band, the model's name and version, and the day; nothing else is
stored for it. What is thrown never depends on a value: limits and cover are settled at the gate,
before anything is read, and a model that was read strictly has an answer for every value. Whatever
the gate or a limit refuses is in the log for good.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import disclosable_kinds
from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES, RefusalReason
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject, Snapshot
from xinyidai.joint_results import policies, queries, rules
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.evaluation import band_of
from xinyidai.joint_results.models import JointModelVersion, JointResult
from xinyidai.joint_results.service.reviewing import require_sound
from xinyidai.joint_results.values import ModelKind, Spec, VersionState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, NotFound, RuleBroken
from xinyidai.profiles import service as profiles
from xinyidai.profiles.values import window_is_within

SHORT_HASH = 16
LIMITS = frozenset(
    {RefusalReason.RESULT_GIVEN, RefusalReason.RESULT_LIMIT, RefusalReason.PERIOD_TOO_SHORT}
)


class LimitReached(RuleBroken):
    """The authorization stands, a limit does not let the model run; `reasons` says which.

    One result a day, the year's most bits, or a period that leaves out what trees read: it depends
    on terms, dates and earlier results alone.
    """

    default_code = "joint_limit"

    def __init__(self, reasons: Sequence[RefusalReason]) -> None:
        """Keep the codes, and one sentence for each of them."""
        self.reasons = tuple(reasons)
        super().__init__("".join(REFUSAL_SENTENCES[reason] for reason in self.reasons))


def give(
    actor: Actor, version_id: UUID, consent_id: UUID, *, run_id: UUID | None = None
) -> Snapshot:
    """Give one result under one authorization, and return its snapshot.

    Raises:
        NotFound: no such version or authorization of this bank.
        ConsentRefused: with every reason; the refused look is logged for good.
        LimitReached: given today already, the year's most would be passed, or the period leaves
            out something that trees read; logged for good as well.
        Conflict: the version is not in use.

    """
    policies.require_runner(actor)
    version = _in_use(actor, version_id)
    consent = _own_consent(actor, consent_id)
    spec = spec_of(version.document)
    request = _request(version, spec, consent, run_id)
    bands: dict[UUID, str] = {}

    def build(look: Look) -> dict[str, Any]:
        bands[look.event_id] = _band(spec, look)
        return _content(version, bands[look.event_id], look)

    snapshot = _disclose(actor, request, build, lambda held: _limits(version, spec, held))
    band = bands[snapshot.event_id]
    db.session.add(_result(version, spec, consent, snapshot, band=band, run_id=run_id))
    db.session.flush()
    return snapshot


def uncovered(spec: Spec, consent: Consent) -> list[str]:
    """Return the inputs that the authorization's items or period leave out, sorted.

    The same as `not_authorized` in a profile within the look, known before anything is read.
    """
    kinds = disclosable_kinds(consent.item_codes)
    dictionary = indicator_dictionary()
    return [
        code
        for code in spec.input_codes
        if not kinds.issuperset(dictionary[code].kinds)
        or not _in_period(dictionary[code].window_months, consent)
    ]


def _in_use(actor: Actor, version_id: UUID) -> JointModelVersion:
    """Return the version, held until the transaction ends: retiring comes before or after."""
    version = queries.hold_version(version_id)
    if version is None or version.model.institution_id != actor.party_id:
        raise NotFound(policies.ABSENT)
    if version.state is not VersionState.ACTIVE:
        raise Conflict("这个版本没有启用，不能运行。请选择启用中的版本。", code="not_active")
    require_sound(version)
    return version


def _in_period(window_months: int | None, consent: Consent) -> bool:
    return window_is_within(window_months, consent.data_from, clock.today())


def _own_consent(actor: Actor, consent_id: UUID) -> Consent:
    consent = consents.find(consent_id)
    if consent is None or consent.institution_id != actor.party_id:
        raise NotFound("没有找到这份授权。")
    return consent


def _disclose(
    actor: Actor,
    request: DisclosureRequest,
    build: credit_records.Build,
    limits: credit_records.Limits,
) -> Snapshot:
    """Look; tell a limit from an authorization that does not cover the look."""
    try:
        return credit_records.disclose(actor, request, build, limits=limits)
    except ConsentRefused as refusal:
        if LIMITS.issuperset(refusal.reasons):
            raise LimitReached(refusal.reasons) from refusal
        raise


def _limits(version: JointModelVersion, spec: Spec, consent: Consent) -> list[RefusalReason]:
    """Return what keeps the model from running, while nobody else gives this bank a result."""
    firm, bank, today = consent.enterprise_id, version.model.institution_id, clock.today()
    queries.one_at_a_time(f"joint-result:{bank}:{firm}")
    since = today - timedelta(days=rules.DAYS_OF_BITS)
    bits = rules.bits_of(len(version.band_names))
    found = {
        RefusalReason.RESULT_GIVEN: bool(queries.given_on(version.id, [firm], today)),
        RefusalReason.RESULT_LIMIT: rules.is_spent(queries.bits_since(firm, bank, since), bits),
        RefusalReason.PERIOD_TOO_SHORT: _is_too_short(spec, consent),
    }
    return [reason for reason, holds in found.items() if holds]


def _request(
    version: JointModelVersion, spec: Spec, consent: Consent, run_id: UUID | None
) -> DisclosureRequest:
    """Ask for no more items than the model reads; trees ask for all, so the gate refuses less."""
    items = version.items
    if spec.kind is not ModelKind.TREES:
        items = [item for item in version.items if item in consent.item_codes]
    return DisclosureRequest(
        consent_id=consent.id,
        enterprise_id=consent.enterprise_id,
        purpose=version.purpose,
        subject=DisclosureSubject.JOINT_RESULT,
        rule_version=f"{rules.RULE_VERSION}:{version.content_hash[:SHORT_HASH]}",
        items=items,
        batch_id=run_id,
    )


def _band(spec: Spec, look: Look) -> str:
    facts = profiles.profile_within(look).values
    return band_of(spec, {code: facts[code].value for code in spec.input_codes})


def _is_too_short(spec: Spec, consent: Consent) -> bool:
    """Tell whether the period leaves out something that trees read; additive models stand it."""
    dictionary = indicator_dictionary()
    windows = (dictionary[code].window_months for code in spec.input_codes)
    return spec.kind is ModelKind.TREES and not all(
        _in_period(window, consent) for window in windows
    )


def _content(version: JointModelVersion, band: str, look: Look) -> dict[str, Any]:
    return {
        "model": {
            "code": version.model.code,
            "name": version.name,
            "version": version.number,
            "purpose": version.plain_purpose,
        },
        "result": band,
        "on": clock.local(look.as_of).date().isoformat(),
    }


def _result(  # noqa: PLR0913 - what a result is, keyword-only from the fifth on
    version: JointModelVersion,
    spec: Spec,
    consent: Consent,
    snapshot: Snapshot,
    *,
    band: str,
    run_id: UUID | None,
) -> JointResult:
    withheld = uncovered(spec, consent)
    return JointResult(
        event_id=snapshot.event_id,
        snapshot_id=snapshot.id,
        version_id=version.id,
        institution_id=snapshot.institution_id,
        enterprise_id=snapshot.enterprise_id,
        consent_id=consent.id,
        run_id=run_id,
        made_on=clock.local(snapshot.made_at).date(),
        made_at=snapshot.made_at,
        band=band,
        inputs=[code for code in spec.input_codes if code not in withheld],
        withheld=withheld,
        bits=rules.bits_of(len(version.band_names)),
    )
