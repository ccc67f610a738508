"""The form of an authorization, 授权: what was typed, as drafts to sign, one for each recipient."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from werkzeug.datastructures import MultiDict

from xinyidai.catalogue.purposes import ConsentMode, Purpose
from xinyidai.consents import rules, service
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.institutions.models import Institution
from xinyidai.institutions.queries import list_institutions
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.enterprise.base import read_number
from xinyidai.web.enterprise.consent_queries import officers_of, unused_twins

PRE_LOAN = "pre_loan"
GUARANTEE = "guarantee"
MODEL_TRAINING = "model_training"
PLATFORM = "platform"  # stands for the platform itself in the list of recipients
OFFICER = "officer-"  # in front of an institution's id: the field with its only officer
NUMBERS = {
    "valid_days": "请填写有效天数，例如 90。",
    "range_months": "请填写查询最近几个月的信息，例如 12。",
    "data_life_days": "请填写留存天数，例如 90。",
}
COUNTS = {
    "max_uses": "请填写允许查看几次，例如 3。",
    "max_per_month": "请填写每月最多几次，例如 2；不限请留空。",
    "max_per_day": "请填写每天最多几次，例如 1；不限请留空。",
}
TEXTS = ("mode", *NUMBERS, *COUNTS)
# The service speaks of dates where the form asks for lengths.
FORM_FIELDS = {"valid_until": "valid_days", "data_from": "range_months"}
NO_OFFICERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class ConsentForm:
    """What the firm typed, as text; `recipients` are institution ids or `platform`.

    `officers` names for a recipient the only officer who may look; without one everybody may.
    """

    purpose: Purpose
    recipients: tuple[str, ...]
    items: tuple[str, ...]
    mode: str
    valid_days: str
    range_months: str
    data_life_days: str
    max_uses: str
    max_per_month: str
    max_per_day: str
    officers: Mapping[str, str] = field(default_factory=lambda: NO_OFFICERS)

    def fields(self) -> list[tuple[str, str]]:
        """Return the form as names and values, for addresses and hidden fields."""
        return [
            ("purpose", self.purpose.code),
            *((name, getattr(self, name)) for name in TEXTS),
            *(("institution_id", recipient) for recipient in self.recipients),
            *(("item_codes", item) for item in self.items),
            *((OFFICER + recipient, officer) for recipient, officer in self.officers.items()),
        ]


def blank_form(purpose: Purpose, recipients: Iterable[str] = ()) -> ConsentForm:
    """Return the form as it is first offered: the defaults of the purpose."""
    offered = purpose.defaults
    return ConsentForm(
        purpose=purpose,
        recipients=tuple(recipients),
        items=offered.items,
        mode=offered.mode.value,
        valid_days=str(offered.valid_days),
        range_months=str(offered.range_months),
        data_life_days=str(offered.data_life_days),
        max_uses=str(offered.uses),
        max_per_month=str(offered.per_month or ""),
        max_per_day="",
    )


def read_form(typed: MultiDict[str, str]) -> ConsentForm:
    """Return the form as it came back; an unknown purpose, or one out of force, is refused."""
    recipients = tuple(dict.fromkeys(typed.getlist("institution_id")))
    named = {recipient: typed.get(OFFICER + recipient, "") for recipient in recipients}
    return ConsentForm(
        purpose=service.purpose_in_force(typed.get("purpose", "")).purpose,
        recipients=recipients,
        items=tuple(dict.fromkeys([*typed.getlist("item_codes"), *typed.getlist("more_items")])),
        officers={recipient: officer for recipient, officer in named.items() if officer},
        **{name: typed.get(name, "") for name in TEXTS},
    )


def drafts_of(form: ConsentForm, enterprise_id: UUID) -> list[ConsentDraft]:
    """Return one draft for each recipient.

    Raises:
        InvalidInput: with a sentence for each field that is malformed or above a cap.

    """
    faults: dict[str, str] = {}
    _check_recipients(form, faults)
    numbers = {
        name: read_number(getattr(form, name), name, faults, words=words)
        for name, words in NUMBERS.items()
    }
    counts = {name: _count(form, name, faults) for name in COUNTS}
    mode = _mode(form, faults)
    if faults:
        raise _refused(faults)
    today = clock.today()
    drafts = [
        ConsentDraft(
            enterprise_id=enterprise_id,
            institution_id=None if recipient == PLATFORM else UUID(recipient),
            purpose=form.purpose.code,
            item_codes=form.items,
            valid_until=_day_after(today, numbers["valid_days"]),
            data_from=_months_before(today, numbers["range_months"]),
            data_life_days=numbers["data_life_days"],
            mode=mode,
            officer_account_id=_officer(form, recipient),
            max_uses=counts["max_uses"],
            max_per_month=counts["max_per_month"],
            max_per_day=counts["max_per_day"],
        )
        for recipient in form.recipients
    ]
    _require_within_caps(drafts[0], form.purpose, today)
    return drafts


def pre_loan_draft(
    enterprise_id: UUID, institution_id: UUID, items: Collection[str], application_no: str
) -> ConsentDraft:
    """Return the authorization an application needs, with the defaults of 贷前审查 in force."""
    offered = service.purpose_in_force(PRE_LOAN).purpose.defaults
    today = clock.today()
    return ConsentDraft(
        enterprise_id=enterprise_id,
        institution_id=institution_id,
        purpose=PRE_LOAN,
        item_codes=tuple(items),
        valid_until=today + timedelta(days=offered.valid_days),
        data_from=rules.months_before(today, offered.range_months),
        data_life_days=offered.data_life_days,
        mode=offered.mode,
        max_uses=offered.uses,
        max_per_month=offered.per_month,
        application_no=application_no,
    )


def is_signed_already(draft: ConsentDraft) -> bool:
    """Tell whether the same authorization stands unused, or waits for its second signature.

    A second click then signs nothing.
    """
    return any(_same_terms(consent, draft) for consent in unused_twins(draft))


def _same_terms(consent: Consent, draft: ConsentDraft) -> bool:
    return set(consent.item_codes) == set(draft.item_codes) and all(
        getattr(consent, name) == getattr(draft, name)
        for name in (
            "mode",
            "valid_until",
            "data_from",
            "data_life_days",
            "max_uses",
            "max_per_month",
            "max_per_day",
            "officer_account_id",
            "application_no",
        )
    )


def recipients_for(purpose: Purpose) -> list[dict[str, str]]:
    """Return who may be authorized for a purpose, as options."""
    if purpose.code == MODEL_TRAINING:
        return [{"value": PLATFORM, "label": "本平台运营单位"}]
    found = list_institutions(active_only=True)
    return [
        {"value": str(institution.id), "label": institution.name}
        for institution in found
        if _fits(institution, purpose)
    ]


def officer_options(recipient: str) -> list[dict[str, str]]:
    """Return the officers of a recipient, as options."""
    return [{"value": str(found.id), "label": found.name} for found in officers_of(UUID(recipient))]


def _fits(institution: Institution, purpose: Purpose) -> bool:
    return (institution.kind is InstitutionKind.GUARANTEE) == (purpose.code == GUARANTEE)


def _check_recipients(form: ConsentForm, faults: dict[str, str]) -> None:
    known = {option["value"] for option in recipients_for(form.purpose)}
    if not form.recipients or not set(form.recipients) <= known:
        faults["institution_id"] = "请至少选择一家机构。"
        return
    for recipient, officer in form.officers.items():
        if recipient == PLATFORM or officer not in {o["value"] for o in officer_options(recipient)}:
            faults["institution_id"] = "指定的经办人员不在岗，请重新选择。"


def _officer(form: ConsentForm, recipient: str) -> UUID | None:
    officer = form.officers.get(recipient)
    return UUID(officer) if officer else None


def _count(form: ConsentForm, name: str, faults: dict[str, str]) -> int | None:
    typed: str = getattr(form, name)
    if not typed.strip() and (name != "max_uses" or form.purpose.caps.max_uses is None):
        return None
    return read_number(typed, name, faults, words=COUNTS[name])


def _mode(form: ConsentForm, faults: dict[str, str]) -> ConsentMode:
    try:
        return ConsentMode(form.mode)
    except ValueError:
        faults["mode"] = "请选择使用方式。"
        return form.purpose.defaults.mode


def _day_after(today: date, days: int) -> date:
    # A length beyond the calendar is above every cap, and the cap's sentence is the answer.
    return today + timedelta(days=min(days, 36_500))


def _months_before(today: date, months: int) -> date:
    return rules.months_before(today, min(months, 1_200))


def _require_within_caps(draft: ConsentDraft, purpose: Purpose, today: date) -> None:
    faults = rules.over_caps(draft, purpose, today)
    if faults:
        raise _refused({FORM_FIELDS.get(name, name): words for name, words in faults.items()})


def _refused(faults: Mapping[str, str]) -> InvalidInput:
    return InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
