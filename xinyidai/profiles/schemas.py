"""What the API says about a profile, 企业画像."""

from typing import Any

from marshmallow import Schema, fields, validate

from xinyidai.accounts.schemas import PageIn, PageOut

NUMBER = {"type": "number"}
LONGEST_CODE = 64


class IndicatorOut(Schema):
    """One indicator; `value` is null where `missing` says why; amounts in 分."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True, metadata=NUMBER)
    unit = fields.String(required=True)
    direction = fields.String(required=True)
    sources = fields.List(fields.String(), required=True)
    source_on = fields.Date(required=True, allow_none=True)
    records = fields.Integer(required=True)
    missing = fields.String(required=True, allow_none=True)
    explanation = fields.String(required=True, allow_none=True)
    supply = fields.String(required=True, allow_none=True)
    percentile = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "优于（中性指标：高于）同行业同规模企业的百分比；不足 20 家没有"},
    )
    peers = fields.Integer(required=True, allow_none=True)
    is_best = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "同行里没有更好的（可以并列）"}
    )
    definition = fields.String(required=True)
    legal = fields.String(required=True)


class FreshnessOut(Schema):
    """How fresh one kind of information is, 新鲜程度."""

    kind = fields.String(required=True)
    freshness = fields.String(
        required=True, validate=validate.OneOf(["on_time", "late", "never", "unread"])
    )
    cycle_days = fields.Integer(required=True)
    collected_on = fields.Date(required=True, allow_none=True)
    newest_on = fields.Date(required=True, allow_none=True)


class DimensionOut(Schema):
    """One dimension of the profile, 维度: how complete, how fresh, and its indicators."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    known = fields.Integer(required=True)
    total = fields.Integer(required=True)
    newest_on = fields.Date(required=True, allow_none=True)
    sources = fields.List(fields.Nested(FreshnessOut), required=True)
    indicators = fields.List(fields.Nested(IndicatorOut), required=True)


class TagRuleOut(Schema):
    """One tag, 标签, in the words of its rule."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    tone = fields.String(required=True)
    meaning = fields.String(required=True)
    basis = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)


class TagOut(TagRuleOut):
    """A tag that the firm has, with the events or indicators that justify it."""

    events = fields.List(
        fields.Integer(), required=True, metadata={"description": "时间轴里的事件编号"}
    )
    indicators = fields.List(fields.String(), required=True)


class TrendMonthOut(Schema):
    """One month of a series; null is 数据不足, never zero."""

    month = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True, metadata=NUMBER)


class TrendOut(Schema):
    """One monthly series of the last 36 whole months, 趋势; amounts in 分."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    indicators = fields.List(fields.String(), required=True)
    months = fields.List(fields.Nested(TrendMonthOut), required=True)


class RelationOut(Schema):
    """One relation, 关系; persons are masked, and names that are not public stay unsaid."""

    group = fields.String(required=True)
    kind = fields.String(required=True)
    role = fields.String(required=True)
    party = fields.String(required=True)
    is_person = fields.Boolean(required=True)
    is_named = fields.Boolean(required=True)
    direction = fields.String(required=True)
    amount = fields.Integer(required=True, allow_none=True)
    share_percent = fields.Float(required=True, allow_none=True)
    on = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    event = fields.Integer(required=True, allow_none=True)


class ProfileOut(Schema):
    """A profile: dimensions, tags, series, relations, and how many dated events of each kind."""

    as_of = fields.Date(required=True)
    portrait_version = fields.String(required=True)
    tags_version = fields.String(required=True)
    dimensions = fields.List(fields.Nested(DimensionOut), required=True)
    tags = fields.List(fields.Nested(TagOut), required=True)
    tags_unknown = fields.List(fields.Nested(TagRuleOut), required=True)
    trends = fields.List(fields.Nested(TrendOut), required=True)
    relations = fields.List(fields.Nested(RelationOut), required=True)
    events = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "每类信息有多少条事件；逐条见 timeline"},
    )


class TimelineEventOut(Schema):
    """One dated event of the timeline, 时间轴; amounts in 分."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True)
    kind_name = fields.String(required=True)
    class_ = fields.String(required=True, data_key="class", attribute="class")
    effect = fields.String(required=True)
    on = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    amount = fields.Integer(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    source = fields.String(required=True)
    collected_on = fields.Date(required=True)
    under_objection = fields.Boolean(
        required=True, metadata={"description": "查看时异议中；此刻的情况见查询结果"}
    )


class TimelineIn(PageIn):
    """Which part of the timeline is asked for."""

    kind = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=LONGEST_CODE),
        metadata={"description": "只要这一类信息"},
    )


class TimelineOut(PageOut):
    """One page of the timeline, newest first."""

    items = fields.List(fields.Nested(TimelineEventOut), required=True)


PROFILE_OUT: dict[str, Any] = {
    "as_of": "2026-06-02",
    "portrait_version": "portrait-2026.1/2026.1",
    "tags_version": "2026.1",
    "dimensions": [
        {
            "code": "tax_social",
            "name": "纳税社保",
            "known": 1,
            "total": 1,
            "newest_on": "2026-05-01",
            "sources": [
                {
                    "kind": "tax_payment",
                    "freshness": "on_time",
                    "cycle_days": 30,
                    "collected_on": "2026-05-30",
                    "newest_on": "2026-05-01",
                }
            ],
            "indicators": [
                {
                    "code": "tax_paid_12m",
                    "name": "近12个月纳税额",
                    "text": "1.2 万元",
                    "value": 1_200_000,
                    "unit": "amount",
                    "direction": "higher_is_better",
                    "sources": ["税务局"],
                    "source_on": "2026-05-01",
                    "records": 12,
                    "missing": None,
                    "explanation": None,
                    "supply": None,
                    "percentile": 64,
                    "peers": 41,
                    "is_best": False,
                    "definition": "计算日前 12 个整月各税种实缴税额之和，退税为负",
                    "legal": "非公开信息，仅在企业授权范围和期限内使用",
                }
            ],
        }
    ],
    "tags": [
        {
            "code": "tax_grade_a",
            "name": "A级纳税人",
            "tone": "good",
            "meaning": "最近一次纳税信用评价为 A 级",
            "basis": "《纳税缴费信用管理办法》",
            "kinds": ["tax_grade"],
            "events": [1],
            "indicators": [],
        }
    ],
    "tags_unknown": [],
    "trends": [
        {
            "code": "tax_paid",
            "name": "每月纳税额",
            "unit": "amount",
            "indicators": ["tax_paid_12m"],
            "months": [{"month": "2026-05", "value": 100_000}],
        }
    ],
    "relations": [
        {
            "group": "supply",
            "kind": "bid_won",
            "role": "招标人",
            "party": "鹰川市演示建设单位",
            "is_person": False,
            "is_named": True,
            "direction": "out",
            "amount": 50_000_000,
            "share_percent": None,
            "on": "2026-03-01",
            "until": None,
            "event": 2,
        }
    ],
    "events": {"bid_won": 1, "tax_grade": 1},
}
TIMELINE_OUT: dict[str, Any] = {
    "items": [
        {
            "number": 1,
            "kind": "tax_grade",
            "kind_name": "纳税信用级别",
            "class": "tax",
            "effect": "neutral",
            "on": "2026-04-20",
            "until": None,
            "amount": None,
            "level": "A",
            "text": "评价年度 2025；A级",
            "source": "taxation",
            "collected_on": "2026-05-30",
            "under_objection": False,
        }
    ],
    "page": 1,
    "size": 20,
    "total": 1,
}
