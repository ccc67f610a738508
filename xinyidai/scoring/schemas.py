"""Looks at a firm's credit as JSON: what a bank asks for, and what it was shown."""

from marshmallow import Schema, fields, validate

from xinyidai.credit_records.values import DisclosureSubject

MOST_ITEMS = 50

QUERY_IN = {
    "consent_id": "0197a3c0-0000-7000-8000-000000000001",
    "uscc": "91410400XN0000018J",
    "purpose": "pre_loan",
    "items": ["registration", "tax"],
}
QUERY_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000021",
    "consent_id": "0197a3c0-0000-7000-8000-000000000001",
    "enterprise_id": "0197a3c0-0000-7000-8000-000000000002",
    "subject": "profile",
    "content": {
        "as_of": "2026-06-02",
        "score": None,
        "under_objection": {"records": 0, "kinds": []},
        "evaluation": {
            "grade": "B",
            "total": "78.50",
            "rule_version": "2026.1",
            "as_of": "2026-06-02",
        },
        "dictionary_version": "2026.1",
        "indicators": {
            "tax_paid_12m": {
                "value": 1_200_000,
                "missing": None,
                "source_on": "2026-05-15",
                "records": 12,
            }
        },
    },
    "under_objection": {"records": 0, "kinds": []},
    "content_hash": "0" * 64,
    "facts_version": 7,
    "made_at": "2026-06-02T10:00:00+08:00",
    "expires_at": "2026-08-31T10:00:00+08:00",
}


class QueryIn(Schema):
    """One look; the firm is named beside the consent, so that nobody looks at the wrong one."""

    consent_id = fields.UUID(required=True)
    uscc = fields.String(
        required=True,
        validate=validate.Length(max=40),
        metadata={"description": "企业的统一社会信用代码，须与授权一致"},
    )
    purpose = fields.String(
        required=True,
        validate=validate.Length(max=64),
        metadata={"description": "用途，须与授权一致"},
    )
    items = fields.List(
        fields.String(validate=validate.Length(max=64)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MOST_ITEMS),
        metadata={"description": "只查这些授权数据项；不写即授权的全部数据项"},
    )


class UnderObjectionOut(Schema):
    """How many of the records that a look reached are under objection, 异议中."""

    records = fields.Integer(required=True)
    kinds = fields.List(
        fields.String(), required=True, metadata={"description": "信息类别；只提供结果时不列出"}
    )


class QueryOut(Schema):
    """What was shown in one look.

    `content` is the sealed document whose digest is `content_hash` (SHA-256 of the JSON with
    sorted names, no spaces, UTF-8), so it is handed out whole.
    """

    id = fields.UUID(required=True)
    consent_id = fields.UUID(required=True)
    enterprise_id = fields.UUID(required=True)
    subject = fields.Enum(DisclosureSubject, by_value=True, required=True)
    content = fields.Dict(keys=fields.String(), required=True)
    under_objection = fields.Nested(
        UnderObjectionOut,
        required=True,
        metadata={"description": "此刻异议中的信息；content 里的是查看当时的"},
    )
    content_hash = fields.String(required=True)
    facts_version = fields.Integer(required=True)
    made_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
