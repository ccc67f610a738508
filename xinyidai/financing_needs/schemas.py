"""Financing needs as JSON; money in 分, rates as decimal strings.

To a bank's system a need has no firm until the firm has authorized that bank.
"""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from xinyidai.accounts.schemas import FirmOut, PageIn, PageOut, Rate
from xinyidai.catalogue.refusals import LONGEST_NOTE, MOST_REASONS, DenialGiven
from xinyidai.enterprises.values import EnterpriseScale
from xinyidai.financing_needs.rules import masked_name
from xinyidai.financing_needs.values import (
    FinancingNeedState,
    NeedPurpose,
    OfferEnd,
    OfferState,
    OfferWay,
)
from xinyidai.products.values import GuaranteeKind


class PlacesIn(PageIn):
    """Which of its places a bank's system asks for; without states, the open ones."""

    state = fields.List(
        fields.Enum(OfferState, by_value=True),
        validate=validate.Length(max=len(OfferState)),
        metadata={"description": "名额状态，可以重复;不写则为仍在办理的"},
    )


class NeedDenialReasonIn(Schema):
    """A coded reason with the bank's own words."""

    code = fields.String(required=True, validate=validate.Length(max=64))
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> DenialGiven:
        """Return the value."""
        return DenialGiven(**data)


class NeedDenialIn(Schema):
    """Why the bank declines: one to four reasons, one of them actionable."""

    reasons = fields.List(
        fields.Nested(NeedDenialReasonIn),
        required=True,
        validate=validate.Length(min=1, max=MOST_REASONS),
    )


class MaskedNeedOut(Schema):
    """A need as every bank may see it: without the firm's name."""

    id = fields.UUID(attribute="need.id", required=True)
    number = fields.String(attribute="need.number", required=True)
    state = fields.Enum(FinancingNeedState, by_value=True, attribute="need.state", required=True)
    masked_name = fields.Function(
        lambda row: masked_name(_trade(row).name),
        required=True,
        metadata={"description": "企业授权前只给首字", "type": "string"},
    )
    region_code = fields.Function(
        lambda row: _trade(row).region_code, required=True, metadata={"type": "string"}
    )
    industry_section = fields.Function(
        lambda row: _trade(row).section,
        required=True,
        metadata={"description": "行业门类", "type": ["string", "null"]},
    )
    scale = fields.Function(
        lambda row: _scale(_trade(row).scale),
        required=True,
        metadata={"description": "企业规模", "type": ["string", "null"]},
    )
    amount_fen = fields.Integer(attribute="need.amount_fen", required=True)
    term_months = fields.Integer(attribute="need.term_months", required=True)
    guarantee = fields.Enum(
        GuaranteeKind,
        by_value=True,
        attribute="need.guarantee",
        required=True,
        allow_none=True,
    )
    purpose = fields.Enum(NeedPurpose, by_value=True, attribute="need.purpose", required=True)
    purpose_text = fields.String(attribute="need.purpose_text", required=True)
    preferences = fields.String(attribute="need.preferences", required=True)
    rate_max = Rate(attribute="need.rate_max", required=True, allow_none=True)
    published_at = fields.AwareDateTime(attribute="need.published_at", required=True)
    expires_on = fields.Date(attribute="need.expires_on", required=True, allow_none=True)


class PoolOut(PageOut):
    """One part of what a bank may claim, the last day first."""

    items = fields.List(fields.Nested(MaskedNeedOut), required=True)


class PlaceOut(Schema):
    """The bank's own place in a need."""

    state = fields.Enum(OfferState, by_value=True, required=True)
    way = fields.Enum(OfferWay, by_value=True, required=True)
    due_on = fields.Date(required=True, allow_none=True)
    offered_at = fields.AwareDateTime(required=True)
    claimed_at = fields.AwareDateTime(required=True, allow_none=True)
    authorized_at = fields.AwareDateTime(required=True, allow_none=True)
    contact_until = fields.Date(required=True, allow_none=True)
    contacted_at = fields.AwareDateTime(required=True, allow_none=True)
    consent_id = fields.UUID(required=True, allow_none=True)
    end_reason = fields.Enum(OfferEnd, by_value=True, required=True, allow_none=True)


class HeldNeedOut(MaskedNeedOut):
    """A need in which the bank has or had a place."""

    place = fields.Nested(PlaceOut, attribute="offer", required=True)


class HeldOut(PageOut):
    """One part of the bank's places, the earliest day first."""

    items = fields.List(fields.Nested(HeldNeedOut), required=True)


class NeedForBankOut(MaskedNeedOut):
    """One need as the bank may see it now; firm and contact only once the firm authorized it."""

    place = fields.Nested(PlaceOut, attribute="offer", required=True, allow_none=True)
    can_claim = fields.Boolean(required=True)
    enterprise = fields.Nested(FirmOut, attribute="firm", required=True, allow_none=True)
    contact_name = fields.Function(
        lambda row: row.need.contact_name if row.firm else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    contact_phone = fields.Function(
        lambda row: row.need.contact_phone if row.firm else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )


def _trade(row: Any) -> Any:
    """Return the firm of a row of the pool or of a bank's view."""
    return row.trade if hasattr(row, "trade") else row.enterprise


def _scale(scale: EnterpriseScale | None) -> str | None:
    return scale.value if scale else None
