"""The receipt of an authorization, 授权回执, to take away: on paper and for programs."""

from uuid import UUID

from flask import Response, json
from flask.typing import ResponseReturnValue

from xinyidai.consents import service
from xinyidai.consents.service import receipt
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.http import public_url
from xinyidai.web.enterprise.base import actor, blueprint


@blueprint.get("/consents/<uuid:consent_id>/receipt.pdf")
@allow(Role.ENTERPRISE_USER)
def consent_receipt_pdf(consent_id: UUID) -> ResponseReturnValue:
    """Give the receipt as PDF."""
    number = service.get_consent(actor(), consent_id).consent_no
    content = receipt.receipt_pdf(actor(), consent_id, public_url())
    return attachment(content, "application/pdf", f"{number}.pdf")


@blueprint.get("/consents/<uuid:consent_id>/receipt.json")
@allow(Role.ENTERPRISE_USER)
def consent_receipt_json(consent_id: UUID) -> ResponseReturnValue:
    """Give the receipt as a record shaped after ISO/IEC TS 27560."""
    number = service.get_consent(actor(), consent_id).consent_no
    record = receipt.receipt_record(actor(), consent_id, public_url())
    return json_file(record, f"{number}.json")


def json_file(document: object, name: str) -> Response:
    """Return a document as a JSON file to save; Chinese stays readable."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return attachment(text.encode(), "application/json; charset=utf-8", name)


def attachment(content: bytes, kind: str, name: str) -> Response:
    """Return content as a file to save; the name is plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)
