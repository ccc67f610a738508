"""The public credit record catalogue as JSON, 公共信用信息目录."""

from marshmallow import Schema, fields

from xinyidai.catalogue.values import Effect, FieldType, OpenAttribute


class RecordFieldOut(Schema):
    """One field of a kind, 数据项."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.Enum(FieldType, by_value=True, required=True)
    is_required = fields.Boolean(attribute="required", required=True)
    is_personal = fields.Boolean(attribute="personal", required=True)


class RecordKindOut(Schema):
    """One kind of public credit information, 信息类别."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    class_code = fields.String(required=True)
    class_name = fields.String(required=True)
    item = fields.String(required=True, metadata={"description": "所属授权数据项"})
    department = fields.String(attribute="department.name", required=True)
    open_attribute = fields.Enum(OpenAttribute, by_value=True, required=True)
    effect = fields.Enum(Effect, by_value=True, required=True)
    legal_basis = fields.String(required=True)
    update_cycle_days = fields.Integer(required=True)
    fields_ = fields.List(
        fields.Nested(RecordFieldOut), attribute="fields", data_key="fields", required=True
    )


class ItemOut(Schema):
    """What a firm ticks when it authorizes, 授权数据项."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)


class RecordCatalogueOut(Schema):
    """The catalogue and its version."""

    version = fields.String(required=True)
    items = fields.List(
        fields.Nested(ItemOut), required=True, metadata={"description": "授权数据项"}
    )
    kinds = fields.List(
        fields.Nested(RecordKindOut), required=True, metadata={"description": "信息类别"}
    )
