"""The form of an authorization, 授权: what was typed, as drafts to sign, one for each recipient."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from werkzeug.datastructures import MultiDict

from xinyidai.catalogue import purposes
from xinyidai.catalogue.purposes import ConsentMode, Purpose
from xinyidai.consents import queries, rules
from xinyidai.consents.values import ConsentDraft
from xinyidai.institutions.models import Institution
from xinyidai.institutions.queries import list_institutions
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.enterprise.base import read_number

PRE_LOAN = "pre_loan"
GUARANTEE = "guarantee"
MODEL_TRAINING = "model_training"
PLATFORM = "platform"  # stands for the platform itself in the list of recipients
NUMBERS = {
    "valid_days": "请填写有效天数，例如 90。",
    "range_months": "请填写查询最近几个月的信息，例如 12。",
    "data_life_days": "请填写留存天数，例如 90。",
}
# The service speaks of dates where the form asks for lengths.
FORM_FIELDS = {"valid_until": "valid_days", "data_from": "range_months"}


@dataclass(frozen=True)
class ConsentForm:
    """What the firm typed, as text; `recipients` are institution ids or `platform`."""

    purpose: Purpose
    recipients: tuple[str, ...]
    items: tuple[str, ...]
    mode: str
    valid_days: str
    range_months: str
    max_uses: str
    data_life_days: str


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
        max_uses=str(offered.uses),
        data_life_days=str(offered.data_life_days),
    )


def read_form(typed: MultiDict[str, str]) -> ConsentForm:
    """Return the form as it came back; an unknown purpose is refused."""
    return ConsentForm(
        purpose=purposes.get_purpose(typed.get("purpose", "")),
        recipients=tuple(dict.fromkeys(typed.getlist("institution_id"))),
        items=tuple(dict.fromkeys(typed.getlist("item_codes"))),
        mode=typed.get("mode", ""),
        valid_days=typed.get("valid_days", ""),
        range_months=typed.get("range_months", ""),
        max_uses=typed.get("max_uses", ""),
        data_life_days=typed.get("data_life_days", ""),
    )


def drafts_of(form: ConsentForm, enterprise_id: UUID) -> list[ConsentDraft]:
    """Return one draft for each recipient.

    Raises:
        InvalidInput: with a sentence for each field that is malformed or above a cap.

    """
    faults: dict[str, str] = {}
    known = {option["value"] for option in recipients_for(form.purpose)}
    if not form.recipients or not set(form.recipients) <= known:
        faults["institution_id"] = "请至少选择一家机构。"
    numbers = {
        name: read_number(getattr(form, name), name, faults, words=words)
        for name, words in NUMBERS.items()
    }
    uses = _uses(form, faults)
    mode = _mode(form, faults)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
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
            max_uses=uses,
        )
        for recipient in form.recipients
    ]
    _require_within_caps(drafts[0], form.purpose, today)
    return drafts


def pre_loan_draft(
    enterprise_id: UUID, institution_id: UUID, items: Collection[str], application_no: str
) -> ConsentDraft:
    """Return the authorization an application needs, with the defaults of 贷前审查."""
    offered = purposes.get_purpose(PRE_LOAN).defaults
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
        application_no=application_no,
    )


def is_signed_already(draft: ConsentDraft) -> bool:
    """Tell whether the same authorization is in force and unused: a second click signs nothing."""
    live = queries.active_for(draft.enterprise_id, draft.institution_id, draft.purpose)
    return (
        live is not None
        and set(live.item_codes) == set(draft.item_codes)
        and live.valid_until == draft.valid_until
        and live.max_uses == draft.max_uses
        and live.mode == draft.mode
        and live.use_count == 0
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


def _fits(institution: Institution, purpose: Purpose) -> bool:
    return (institution.kind is InstitutionKind.GUARANTEE) == (purpose.code == GUARANTEE)


def _uses(form: ConsentForm, faults: dict[str, str]) -> int | None:
    if not form.max_uses.strip() and form.purpose.caps.max_uses is None:
        return None
    return read_number(form.max_uses, "max_uses", faults, words="请填写允许查看几次，例如 3。")


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
        named = {FORM_FIELDS.get(name, name): words for name, words in faults.items()}
        raise InvalidInput(f"有 {len(named)} 处需要修改。", fields=named)
