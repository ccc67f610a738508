"""Whitelists as JSON: members with their basis, for banks."""

from marshmallow import Schema, fields, validate

from xinyidai.accounts.schemas import FirmOut, PageIn, PageOut

MEMBER_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000031",
    "list_type": "general",
    "enterprise_id": "0197a3c0-0000-7000-8000-000000000002",
    "enterprise": {"uscc": "91410400XN0000018J", "name": "鹰川市演示轴承有限公司"},
    "basis": "连续三年纳税信用 A 级",
    "nominator": "鹰川市演示局",
    "listed_at": "2026-05-20T10:00:00+08:00",
}


class MembersIn(PageIn):
    """Which list, and which part of it."""

    list_type = fields.String(
        validate=validate.Length(max=32), metadata={"description": "白名单类型代码"}
    )


class MemberOut(Schema):
    """A current member of a list."""

    id = fields.UUID(attribute="entry.id", required=True)
    list_type = fields.String(attribute="entry.list_type", required=True)
    enterprise_id = fields.UUID(attribute="enterprise.id", required=True)
    enterprise = fields.Nested(FirmOut, required=True)
    basis = fields.String(attribute="entry.basis", required=True)
    nominator = fields.String(required=True, allow_none=True)
    listed_at = fields.AwareDateTime(attribute="entry.listed_at", required=True)


class MembersOut(PageOut):
    """One part of the current members, newest first."""

    items = fields.List(fields.Nested(MemberOut), required=True)
