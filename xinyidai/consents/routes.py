"""Consents for banks' systems, 信息查询授权."""

from typing import Any
from uuid import UUID

from flask import current_app, g, request

from xinyidai.accounts.scopes import ApiBlueprint, PageIn, Scope, page_of
from xinyidai.catalogue import purposes as catalogue
from xinyidai.consents import queries, service
from xinyidai.consents.models import Consent
from xinyidai.consents.schemas import (
    CONSENT_FULL_OUT,
    CONSENT_IN,
    ConsentFullOut,
    ConsentIn,
    ConsentsOut,
    PurposesOut,
    ReceiptOut,
)
from xinyidai.consents.service.artefact import FORM
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises import service as firms
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.uscc import UnifiedSocialCreditCode

blueprint = ApiBlueprint("consents", __name__, title="信息查询授权")


@blueprint.get("/purposes")
@allow(Role.PUBLIC)
@blueprint.operation(
    "授权用途清单",
    detail="信用办批准的用途模板现行版本：期限、次数、频次、留存和数据项上限。没有现行模板的用途不列出。",
)
@blueprint.response(200, PurposesOut)
def list_purposes() -> dict[str, Any]:
    """List the purposes that may be asked for now, with their caps."""
    return {"version": catalogue.VERSION, "items": list(service.purposes_in_force().values())}


@blueprint.get("/consents")
@allow(Role.BANK_CLIENT)
@blueprint.operation("本机构的授权", detail="按申请时间从新到旧。", scope=Scope.QUERIES)
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, ConsentsOut)
def list_consents(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the institution's consents, newest first."""
    page = page_of(wanted)
    found = queries.of_institution(g.actor.party_id, limit=page.size + 1, offset=page.offset)
    shown = found[: page.size]
    states = service.states_of(shown)
    items = [{"consent": consent, "state": states[consent.id]} for consent in shown]
    has_more = len(found) > len(shown)
    return {"items": items, "page": page.number, "size": page.size, "has_more": has_more}


@blueprint.get("/consents/<uuid:consent_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation("一份授权", scope=Scope.QUERIES, refuses=(404,))
@blueprint.response(200, ConsentFullOut, example=CONSENT_FULL_OUT)
def read_consent(consent_id: UUID) -> dict[str, Any]:
    """Return one consent of the institution."""
    return _shown(service.get_consent(g.actor, consent_id))


@blueprint.get("/consents/<uuid:consent_id>/receipt")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "一份授权的回执",
    detail="按 ISO/IEC TS 27560 组织的授权记录：告知、处理、各方、经过。自然人姓名已遮盖。",
    scope=Scope.QUERIES,
    refuses=(404,),
)
@blueprint.response(200, ReceiptOut)
def read_receipt(consent_id: UUID) -> dict[str, Any]:
    """Return the record of one consent of the institution, as of now."""
    settings = current_app.extensions["xinyidai.settings"]
    base_url = settings.public_url or request.host_url
    return service.receipt_record(g.actor, consent_id, base_url)


@blueprint.post("/consents")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "申请授权",
    detail="向企业申请授权，企业同意前为 pending。期限、次数、数据项不得超过用途的上限。",
    scope=Scope.QUERIES,
    refuses=(404,),
)
@transactional
@blueprint.arguments(ConsentIn, example=CONSENT_IN)
@blueprint.response(201, ConsentFullOut, example=CONSENT_FULL_OUT)
def request_consent(wanted: dict[str, Any]) -> dict[str, Any]:
    """Ask a firm for a consent; it waits for the firm's answer."""
    code = UnifiedSocialCreditCode.parse(wanted.pop("uscc"))
    firm = enterprises.find_by_code(str(code))
    if firm is None:
        raise NotFound("没有找到这家企业。")
    draft = ConsentDraft(enterprise_id=firm.id, institution_id=g.actor.party_id, **wanted)
    return _shown(service.request_consent(g.actor, draft))


def _shown(consent: Consent) -> dict[str, Any]:
    return {
        "consent": consent,
        "state": service.state_of(consent),
        "signature": _signature(consent),
        "enterprise": firms.get_enterprise(g.actor, consent.enterprise_id),
    }


def _signature(consent: Consent) -> dict[str, str | None] | None:
    if consent.signature is None:
        return None
    return {
        "signature_algorithm": consent.signature_algorithm,
        "signature_key_id": consent.signature_key_id,
        "signature": consent.signature,
        "artefact_hash": consent.artefact_hash,
        "signed_form": FORM,
    }
