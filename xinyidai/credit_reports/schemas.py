"""What is public of a firm as JSON, 公开信用信息."""

from marshmallow import Schema, fields

PUBLIC_CREDIT_OUT = {
    "uscc": "91410400XN0000018J",
    "name": "鹰川市演示轴承有限公司",
    "status": "存续",
    "as_of": "2026-11-22T09:30:00+08:00",
    "record_count": 1,
    "sections": [
        {
            "code": "adverse",
            "name": "行政处罚和失信信息",
            "is_collected": True,
            "lacking": ["海关行政处罚"],
            "records": [
                {
                    "kind": "environment_penalty",
                    "name": "环境行政处罚",
                    "source": "生态环境局",
                    "occurred_on": "2026-05-06",
                    "publicised_until": "2027-05-06",
                    "collected_on": "2026-05-08",
                    "legal_basis": "《中华人民共和国行政处罚法》",
                    "under_objection": False,
                    "fields": [{"label": "处罚决定书文号", "value": "鹰环罚〔2026〕1号"}],
                }
            ],
        }
    ],
}


class ShownFieldOut(Schema):
    """One field with its value as a page shows it."""

    label = fields.String(required=True)
    value = fields.String(required=True)


class PublicRecordOut(Schema):
    """One record in publicity, 公示信息."""

    kind = fields.String(required=True, metadata={"description": "信息类别代码"})
    name = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "来源单位"})
    occurred_on = fields.Date(required=True)
    publicised_until = fields.Date(
        attribute="ends_on",
        required=True,
        allow_none=True,
        metadata={"description": "公示截止；空表示长期公示或尚未确定"},
    )
    collected_on = fields.Date(required=True)
    legal_basis = fields.String(required=True)
    under_objection = fields.Boolean(
        attribute="is_marked", required=True, metadata={"description": "异议中"}
    )
    fields_ = fields.List(
        fields.Nested(ShownFieldOut), data_key="fields", attribute="shown", required=True
    )


class PublicSectionOut(Schema):
    """One section; without collected data nothing follows from an empty list."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    is_collected = fields.Boolean(
        required=True, metadata={"description": "false 表示还没有归集，数据不足"}
    )
    lacking = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "还没有归集、不能说明有没有的信息类别"},
    )
    records = fields.List(fields.Nested(PublicRecordOut), required=True)


class PublicCreditOut(Schema):
    """What anybody may see of a firm at this moment."""

    uscc = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "登记状态"})
    as_of = fields.AwareDateTime(required=True)
    record_count = fields.Integer(required=True)
    sections = fields.List(fields.Nested(PublicSectionOut), required=True)
