"""Consents as JSON: what a bank asks for, and what it may know of its own consents."""

from marshmallow import Schema, fields, validate

from xinyidai.accounts.schemas import FirmOut, MaskedName
from xinyidai.consents.values import ConsentMode, ConsentState

LONGEST_LIFE_DAYS = 3660
MOST_LOOKS = 10_000

CONSENT_IN = {
    "uscc": "91410400XN0000018J",
    "purpose": "pre_loan",
    "item_codes": ["registration", "tax"],
    "mode": "view",
    "valid_until": "2026-08-30",
    "data_from": "2025-06-01",
    "data_life_days": 90,
    "max_uses": 3,
    "max_per_day": 1,
    "max_per_month": 3,
    "officer_account_id": None,
}
CONSENT_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000001",
    "consent_no": "SQ20260601A1B2C3D4E5F6",
    "enterprise_id": "0197a3c0-0000-7000-8000-000000000002",
    "purpose": "pre_loan",
    "item_codes": ["registration", "tax"],
    "mode": "view",
    "state": "pending",
    "valid_from": "2026-06-01",
    "valid_until": "2026-08-30",
    "data_from": "2025-06-01",
    "data_life_days": 90,
    "max_uses": 3,
    "use_count": 0,
    "uses_left": 3,
    "max_per_day": 1,
    "max_per_month": 3,
    "officer_account_id": None,
    "requested_at": "2026-06-01T09:30:00+08:00",
    "granted_at": None,
    "declined_at": None,
    "suspended_at": None,
    "revoked_at": None,
    "ended_at": None,
    "notice_version": "2026.1",
    "notice_hash": "0" * 64,
    "application_no": None,
}
CONSENT_FULL_OUT = CONSENT_OUT | {
    "enterprise": {"uscc": "91410400XN0000018J", "name": "鹰川市演示轴承有限公司"},
    "signer_name": None,
    "template_version": 1,
    "signature": None,
    "artefact": None,
}


class ConsentIn(Schema):
    """What a bank asks a firm for; the caps of the purpose are checked by the rules."""

    uscc = fields.String(
        required=True,
        validate=validate.Length(max=40),
        metadata={"description": "企业的统一社会信用代码"},
    )
    purpose = fields.String(required=True, validate=validate.Length(max=64))
    item_codes = fields.List(
        fields.String(validate=validate.Length(max=64)),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata={"description": "授权数据项，见 /api/v1/record-kinds"},
    )
    mode = fields.Enum(ConsentMode, by_value=True, load_default=ConsentMode.VIEW)
    valid_until = fields.Date(required=True)
    data_from = fields.Date(required=True)
    data_life_days = fields.Integer(
        strict=True, required=True, validate=validate.Range(1, LONGEST_LIFE_DAYS)
    )
    max_uses = fields.Integer(
        strict=True, allow_none=True, load_default=None, validate=validate.Range(1, MOST_LOOKS)
    )
    max_per_day = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, MOST_LOOKS),
        metadata={"description": "每个自然日最多查询几次；不写即不限"},
    )
    max_per_month = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, MOST_LOOKS),
        metadata={"description": "每个自然月最多查询几次；不写即不限，用途有上限的除外"},
    )
    officer_account_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "只限这一名在岗信贷人员查询，填其账户编号；"
            "不写即本机构信贷人员都可查询。指定人员后，银行系统（接口）也不能查询"
        },
    )


class ConsentOut(Schema):
    """One consent of the bank; `state` is derived from its facts at this moment."""

    id = fields.UUID(attribute="consent.id", required=True)
    consent_no = fields.String(attribute="consent.consent_no", required=True)
    enterprise_id = fields.UUID(attribute="consent.enterprise_id", required=True)
    purpose = fields.String(attribute="consent.purpose", required=True)
    item_codes = fields.List(fields.String(), attribute="consent.item_codes", required=True)
    mode = fields.Enum(ConsentMode, by_value=True, attribute="consent.mode", required=True)
    state = fields.Enum(ConsentState, by_value=True, required=True)
    valid_from = fields.Date(attribute="consent.valid_from", required=True)
    valid_until = fields.Date(attribute="consent.valid_until", required=True)
    data_from = fields.Date(attribute="consent.data_from", required=True)
    data_life_days = fields.Integer(attribute="consent.data_life_days", required=True)
    max_uses = fields.Integer(attribute="consent.max_uses", required=True, allow_none=True)
    use_count = fields.Integer(attribute="consent.use_count", required=True)
    uses_left = fields.Integer(attribute="consent.uses_left", required=True, allow_none=True)
    max_per_day = fields.Integer(attribute="consent.max_per_day", required=True, allow_none=True)
    max_per_month = fields.Integer(
        attribute="consent.max_per_month", required=True, allow_none=True
    )
    officer_account_id = fields.UUID(
        attribute="consent.officer_account_id", required=True, allow_none=True
    )
    requested_at = fields.DateTime(attribute="consent.requested_at", required=True, allow_none=True)
    granted_at = fields.DateTime(attribute="consent.granted_at", required=True, allow_none=True)
    declined_at = fields.DateTime(attribute="consent.declined_at", required=True, allow_none=True)
    suspended_at = fields.DateTime(attribute="consent.suspended_at", required=True, allow_none=True)
    revoked_at = fields.DateTime(attribute="consent.revoked_at", required=True, allow_none=True)
    ended_at = fields.DateTime(attribute="consent.ended_at", required=True, allow_none=True)
    notice_version = fields.String(attribute="consent.notice_version", required=True)
    notice_hash = fields.String(attribute="consent.notice_hash", required=True)
    application_no = fields.String(
        attribute="consent.application_no", required=True, allow_none=True
    )


class SignatureOut(Schema):
    """The platform's signature over the authorization, 授权凭证签名."""

    algorithm = fields.String(attribute="signature_algorithm", required=True)
    key_id = fields.String(
        attribute="signature_key_id",
        required=True,
        metadata={"description": "平台公钥编号"},
    )
    value = fields.String(
        attribute="signature", required=True, metadata={"description": "签名，Base64"}
    )
    artefact_hash = fields.String(
        required=True, metadata={"description": "artefact 的 SHA-256，十六进制"}
    )
    signed_form = fields.String(
        required=True,
        metadata={"description": "被签名的是：这一行文字、换行符、artefact（UTF-8）"},
    )


class ConsentFullOut(ConsentOut):
    """One consent with the firm and what was signed; elsewhere who signed is masked."""

    enterprise = fields.Nested(FirmOut, required=True)
    signer_name = MaskedName(attribute="consent.signer_name", required=True, allow_none=True)
    template_version = fields.Integer(attribute="consent.template_version", required=True)
    signature = fields.Nested(SignatureOut, required=True, allow_none=True)
    artefact = fields.String(
        attribute="consent.artefact",
        required=True,
        allow_none=True,
        metadata={
            "description": "被签名的授权凭证原文，可离线验签。"
            "内含签署人姓名，只供核验授权，不得另作他用"
        },
    )


class ReceiptOut(Schema):
    """A consent record shaped after ISO/IEC TS 27560, 授权记录; names of persons are masked."""

    record_header = fields.Dict(keys=fields.String(), required=True)
    pii_processing = fields.Dict(keys=fields.String(), required=True)
    party_identification = fields.List(fields.Dict(keys=fields.String()), required=True)
    events = fields.List(fields.Dict(keys=fields.String()), required=True)
    extension = fields.Dict(keys=fields.String(), required=True)


class ConsentsOut(Schema):
    """One part of the bank's consents, newest first."""

    items = fields.List(fields.Nested(ConsentOut), required=True)
    page = fields.Integer(required=True)
    size = fields.Integer(required=True)
    has_more = fields.Boolean(required=True)


class PurposeOut(Schema):
    """A purpose of consent with the most that may be asked for now."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    max_valid_days = fields.Integer(attribute="caps.max_valid_days", required=True)
    max_range_months = fields.Integer(attribute="caps.max_range_months", required=True)
    max_uses = fields.Integer(attribute="caps.max_uses", required=True, allow_none=True)
    max_per_month = fields.Integer(
        attribute="caps.max_per_month",
        required=True,
        allow_none=True,
        metadata={"description": "每个自然月最多查询几次"},
    )
    max_data_life_days = fields.Integer(attribute="caps.max_data_life_days", required=True)
    modes = fields.Function(
        lambda purpose: sorted(purpose.caps.modes),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
    item_codes = fields.Function(
        lambda purpose: sorted(purpose.caps.items),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )


class PurposesOut(Schema):
    """The purposes of consent and the version of their list."""

    version = fields.String(required=True)
    items = fields.List(fields.Nested(PurposeOut), required=True)
