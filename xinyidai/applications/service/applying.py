"""What a firm does with its application: start, change, authorize, submit, withdraw."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from xinyidai.applications import rules
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Limits, Wanted
from xinyidai.applications.service import steps, telling
from xinyidai.applications.values import ApplicationAction, ApplicationState
from xinyidai.audit import service as audit
from xinyidai.consents import queries as consents
from xinyidai.consents import service as consenting
from xinyidai.consents.models import Consent
from xinyidai.financing_needs import service as financing_needs
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, RuleBroken
from xinyidai.products import queries as products
from xinyidai.products.models import ProductVersion
from xinyidai.whitelist import priority_queries as whitelist

PURPOSE = "pre_loan"
CHANGEABLE = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})


@dataclass(frozen=True)
class Draft:
    """What a firm begins with; `request_key` makes a second click find the first's draft.

    `need_id` names the financing need from which the firm came, 融资需求.
    """

    request_key: UUID
    product_id: UUID
    wanted: Wanted
    need_id: UUID | None = None


def limits_of(version: ProductVersion) -> Limits:
    """Return what the product gives."""
    return Limits(
        version.amount_min_fen,
        version.amount_max_fen,
        version.term_min_months,
        version.term_max_months,
    )


def start_application(actor: Actor, draft: Draft) -> LoanApplication:
    """Start a draft for a listed product; the same request key returns the same draft.

    Raises:
        InvalidInput: amount, term, purpose or contact do not fit, each field named.
        Conflict: the firm already has an open application for this product.

    """
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业账户可以申请贷款。")
    earlier = db.session.scalar(
        select(LoanApplication).where(LoanApplication.request_key == draft.request_key)
    )
    if earlier is not None:
        return steps.load(actor, earlier.id)
    version = products.find_listed_version(draft.product_id)
    if version is None:
        raise Conflict("这款产品已下架，请选择其他产品。", code="product_delisted")
    _require_fitting(draft.wanted, version)
    if draft.need_id is not None:
        financing_needs.read_own(actor, draft.need_id)
    application = LoanApplication(
        application_no=_number(),
        request_key=draft.request_key,
        enterprise_id=actor.party_id,
        institution_id=version.product.institution_id,
        product_id=version.product_id,
        product_version_id=version.id,
        started_by=actor.account_id,
        need_id=draft.need_id,
        state=ApplicationState.DRAFT,
    )
    _write(application, draft.wanted)
    if not _added(application):
        return _twin(actor, draft.request_key)
    consent = consents.active_for(application.enterprise_id, application.institution_id, PURPOSE)
    if consent is not None and _lacking_items(consent, version) == ():
        application.consent_id = consent.id
    audit.record(actor, "application:start", "loan_application", application.id)
    return application


def _added(application: LoanApplication) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(application)
            db.session.flush()  # a twin must show here, not at the commit
    except IntegrityError:
        return False
    return True


def _twin(actor: Actor, request_key: UUID) -> LoanApplication:
    """Return the draft that a click at the same moment made; any other twin is a conflict."""
    twin = db.session.scalar(
        select(LoanApplication).where(LoanApplication.request_key == request_key)
    )
    if twin is None:
        raise Conflict(
            "您对这款产品已有一份进行中的申请，请在“我的申请”里继续办理。", code="already_open"
        )
    return steps.load(actor, twin.id)


def _number() -> str:
    return readable_number("SQ", new_id())


def _write(application: LoanApplication, wanted: Wanted) -> None:
    application.amount_applied_fen = wanted.amount_fen
    application.term_months = wanted.term_months
    application.loan_purpose = wanted.loan_purpose.strip()
    application.contact_name = wanted.contact_name.strip()
    application.contact_phone = wanted.contact_phone.strip()


def _require_fitting(wanted: Wanted, version: ProductVersion) -> None:
    faults = rules.faults(wanted, limits_of(version))
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)


def change_application(actor: Actor, application_id: UUID, wanted: Wanted) -> LoanApplication:
    """Change a draft, or one that was returned for completion."""
    application = steps.load(actor, application_id)
    _require_changeable(actor, application)
    _require_fitting(wanted, products.get_version(application.product_version_id))
    _write(application, wanted)
    audit.record(actor, "application:change", "loan_application", application.id)
    return application


def _require_changeable(actor: Actor, application: LoanApplication) -> None:
    if actor.role is not Role.ENTERPRISE_USER:
        raise Forbidden("只有企业账户可以修改申请。")
    if application.state not in CHANGEABLE:
        raise Conflict("申请已提交，不能再修改；需要修改请联系客户经理退回。")


def link_consent(actor: Actor, application_id: UUID, consent_id: UUID) -> LoanApplication:
    """Let the application rest on a live consent for this bank that covers what it needs."""
    application = steps.load(actor, application_id)
    _require_changeable(actor, application)
    consent = consenting.get_consent(actor, consent_id)
    _require_covering(application, consent)
    application.consent_id = consent.id
    return application


def submit_application(actor: Actor, application_id: UUID) -> LoanApplication:
    """Submit to the bank; a second click finds it submitted and changes nothing.

    Raises:
        RuleBroken: the authorization is missing, revoked, or does not cover what the product needs.
        InvalidInput: something no longer fits the product.
        Conflict: the product was delisted, or the application is past submitting.

    """
    application = steps.load(actor, application_id)
    if application.state is ApplicationState.SUBMITTED and actor.party_id == (
        application.enterprise_id
    ):
        return application
    version = products.get_version(application.product_version_id)
    if products.find_listed_version(application.product_id) is None:
        raise Conflict("这款产品已下架，请选择其他产品。", code="product_delisted")
    _require_fitting(wanted_of(application), version)
    _require_consent(actor, application)
    steps.take(actor, ApplicationAction.SUBMIT, application)
    application.submitted_at = application.submitted_at or clock.now()
    application.returned_note = None
    _promise(application, version)
    telling.tell_submitted(application)
    if application.need_id is not None:
        financing_needs.convert(
            application.need_id,
            application.id,
            institution_id=application.institution_id,
            actor=actor,
        )
    jobs.enqueue("applications.deliver_submission", application_id=str(application.id))
    return application


def _promise(application: LoanApplication, version: ProductVersion) -> None:
    """Promise an answer; to a firm on a whitelist that promises priority, sooner.

    What was promised stands, whatever becomes of the entry afterwards.
    """
    priority = whitelist.find_priority(application.enterprise_id)
    application.priority_entry_id = priority.entry_id if priority else None
    application.promised_on = rules.promised_on(
        clock.today(), version.promise_days, priority.answer_days if priority else None
    )


def wanted_of(application: LoanApplication) -> Wanted:
    """Return what the firm asked for."""
    return Wanted(
        application.amount_applied_fen,
        application.term_months,
        application.loan_purpose,
        application.contact_name,
        application.contact_phone,
    )


def _require_consent(actor: Actor, application: LoanApplication) -> None:
    if application.consent_id is None:
        raise RuleBroken("还没有授权这家银行查询，请先完成授权。", code="consent_missing")
    consent = consenting.lock_for_use(application.consent_id)
    _require_covering(application, consent)
    if actor.party_id != consent.enterprise_id:
        raise Forbidden("这份授权不是您的企业签署的。")


def _require_covering(application: LoanApplication, consent: Consent) -> None:
    fits = (
        consent.institution_id == application.institution_id
        and consent.enterprise_id == application.enterprise_id
        and consent.purpose == PURPOSE
    )
    if fits and consent.first_signed_at is not None and consent.granted_at is None:
        raise RuleBroken(
            "给这家银行的授权已签 1/2：请本企业另一位人员登录后在“我的授权”里确认，再提交。",
            code="second_signer_needed",
        )
    if not fits or not consenting.still_stands(consent):
        raise RuleBroken(
            "给这家银行的授权已撤回、到期或不适用，请重新授权后再提交。", code="consent_not_live"
        )
    lacking = _lacking_items(consent, products.get_version(application.product_version_id))
    if lacking:
        raise RuleBroken(
            "授权的数据项不够，请在授权时勾选产品要求的全部数据项。",
            code="consent_too_narrow",
            details={"items": list(lacking)},
        )


def _lacking_items(consent: Consent, version: ProductVersion) -> tuple[str, ...]:
    return tuple(sorted(set(version.required_items) - set(consent.item_codes)))


def withdraw_application(actor: Actor, application_id: UUID, reason: str = "") -> LoanApplication:
    """Withdraw; possible until a contract is signed."""
    application = steps.load(actor, application_id)
    if application.state is ApplicationState.WITHDRAWN:
        return application
    steps.take(actor, ApplicationAction.WITHDRAW, application, reason.strip()[:500] or None)
    return application
