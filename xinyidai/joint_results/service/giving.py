"""One result for one firm, 给出结果: decision, reading, model and log in one transaction.

The bank's snapshot holds the band, the model's name and version, and the day; nothing else is
stored for it. What is thrown never depends on a value: limits and cover are settled before the
door opens, and a model that was read strictly has an answer for every value.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import disclosable_kinds
from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
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
from xinyidai.profiles.values import months_before

SHORT_HASH = 16
A_MONTH = timedelta(days=31)  # as in a profile within a look: a period counts from the consent


class PeriodTooShort(RuleBroken):
    """The authorization's period leaves out what trees read; it depends on its terms alone."""

    default_code = "joint_period"


class LimitReached(RuleBroken):
    """One result a day, or the year's most bits; it depends on earlier results alone."""

    default_code = "joint_limit"


def give(
    actor: Actor, version_id: UUID, consent_id: UUID, *, run_id: UUID | None = None
) -> Snapshot:
    """Give one result under one authorization, and return its snapshot.

    Raises:
        NotFound: no such version or authorization of this bank.
        ConsentRefused: with every reason; the refused look is logged for good.
        LimitReached: given today already, or the year's most would be passed.
        PeriodTooShort: trees, and the authorized period leaves out something they read.
        Conflict: the version is not in use.

    """
    policies.require_runner(actor)
    version = _in_use(actor, version_id)
    consent = _own_consent(actor, consent_id)
    spec = spec_of(version.document)
    _require_period(spec, consent)
    _require_within_limits(version, consent)
    request = _request(version, spec, consent, run_id)
    bands: dict[UUID, str] = {}

    def build(look: Look) -> dict[str, Any]:
        bands[look.event_id] = _band(spec, look)
        return _content(version, bands[look.event_id], look)

    snapshot = credit_records.disclose(actor, request, build)
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
        or not _in_period(dictionary[code].window_months, consent.data_from)
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


def _in_period(window_months: int | None, data_from: date) -> bool:
    if window_months is None:
        return True
    return months_before(clock.today(), window_months) + A_MONTH > data_from


def _own_consent(actor: Actor, consent_id: UUID) -> Consent:
    consent = consents.find(consent_id)
    if consent is None or consent.institution_id != actor.party_id:
        raise NotFound("没有找到这份授权。")
    return consent


def _require_within_limits(version: JointModelVersion, consent: Consent) -> None:
    """Settle the limits while nobody else gives this bank a result of this firm."""
    firm, bank, today = consent.enterprise_id, version.model.institution_id, clock.today()
    queries.one_at_a_time(f"joint-result:{bank}:{firm}")
    if queries.given_on(version.id, [firm], today):
        raise LimitReached("今天已经对这家企业给出过这个版本的结果，请查看已有结果。")
    since = today - timedelta(days=rules.DAYS_OF_BITS)
    bits = rules.bits_of(len(version.band_names))
    if rules.is_spent(queries.bits_since(firm, bank, since), bits):
        raise LimitReached("一年内对这家企业给出的结果已达上限，暂时不能再运行。")


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


def _require_period(spec: Spec, consent: Consent) -> None:
    """Refuse trees under an authorization whose period is too short for an input.

    What its items leave out, the gate refuses and logs; nothing has been read either way.
    """
    dictionary = indicator_dictionary()
    windows = [dictionary[code].window_months for code in spec.input_codes]
    if spec.kind is ModelKind.TREES and not all(
        _in_period(window, consent.data_from) for window in windows
    ):
        raise PeriodTooShort("授权的信息起始日期晚于模型需要的时段，请向企业申请更长时段的授权。")


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
