"""What a criterion may ask about: the declared fields and the operators of each type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.catalogue.target_groups import group_rules
from xinyidai.products.values.kinds import (
    ENTERPRISE_KIND_NAMES,
    GUARANTEE_NAMES,
)

INDICATOR_PREFIX = "indicator:"
OTHER_REASON = "other"
GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")  # best first
GRADE_RANKS: dict[str, int] = {grade: len(GRADES) - place for place, grade in enumerate(GRADES)}


# What a firm wishes rather than what it is: known once it asks for a loan.
WISH_FIELDS = frozenset({"amount_fen", "term_months", "guarantee"})


class FieldType(StrEnum):
    """How a field is read and compared."""

    NUMBER = "number"
    MONEY = "money"  # integer 分
    GRADE = "grade"  # AAA … D, ordered
    CHOICE = "choice"
    FLAG = "flag"
    TAGS = "tags"
    REGION = "region"  # GB/T 2260, prefix by pairs of digits
    INDUSTRY = "industry"  # GB/T 4754, section letter and up to four digits


class Operator(StrEnum):
    """How a criterion compares, 条件."""

    AT_LEAST = "at_least"  # 不低于
    AT_MOST = "at_most"  # 不高于
    BETWEEN = "between"  # 介于，两端包含
    IS_ONE_OF = "is_one_of"  # 属于
    IS_NONE_OF = "is_none_of"  # 不属于
    HAS_ANY = "has_any"  # 至少有一项
    HAS_ALL = "has_all"  # 全部具有
    HAS_NONE = "has_none"  # 一项都没有
    IN_REGION = "in_region"  # 位于地区
    IN_INDUSTRY = "in_industry"  # 属于行业
    IS_TRUE = "is_true"  # 是
    IS_FALSE = "is_false"  # 否


ORDERED = frozenset({Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN})
MEMBERSHIP = frozenset({Operator.IS_ONE_OF, Operator.IS_NONE_OF})
OPERATORS: Mapping[FieldType, frozenset[Operator]] = {
    FieldType.NUMBER: ORDERED,
    FieldType.MONEY: ORDERED,
    FieldType.GRADE: ORDERED | MEMBERSHIP,
    FieldType.CHOICE: MEMBERSHIP,
    FieldType.FLAG: frozenset({Operator.IS_TRUE, Operator.IS_FALSE}),
    FieldType.TAGS: frozenset({Operator.HAS_ANY, Operator.HAS_ALL, Operator.HAS_NONE}),
    FieldType.REGION: frozenset({Operator.IN_REGION, Operator.IS_NONE_OF}),
    FieldType.INDUSTRY: frozenset({Operator.IN_INDUSTRY, Operator.IS_NONE_OF}),
}


@dataclass(frozen=True)
class Field:
    """One thing a criterion may ask about; `supply` tells the firm how to fill the gap.

    `about` says in a sentence what is read; `reason_code` is the usual reason for a refusal.
    """

    code: str
    name: str
    type: FieldType
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    supply: str = ""
    scale: Mapping[float, str] = field(default_factory=dict)
    about: str = ""
    reason_code: str = OTHER_REASON


@dataclass(frozen=True)
class IndicatorInfo:
    """Name of an indicator, how its number is shown, and how to supply it, as the dictionary says.

    `unit` "%" shows a fraction as percent; `scale` names the steps of a grade or a flag; `section`
    is the heading of the dictionary under which a list of fields shows it.
    """

    name: str
    unit: str = ""
    is_money: bool = False
    scale: Mapping[float, str] = field(default_factory=dict)
    supply: str = "由数据来源部门提供：确实有而平台没有的，可以从“信息有误怎么办”请来源补报。"
    about: str = ""
    reason_code: str = OTHER_REASON
    section: str = ""


FLAG_SCALE: Mapping[float, str] = {0: "否", 1: "是"}
IndicatorNames = Mapping[str, IndicatorInfo]

SCALES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
# What stands in “” is the title of a page of the firm.
_WISH = "请在“找产品”里填写想要的金额、期限和担保方式。"
_REGISTRY = "请到登记机关更新登记信息，平台收到后会重新匹配。"
_REPORT = "请在国家企业信用信息公示系统报送年度报告，平台收到后会重新匹配。"

FIELDS: Mapping[str, Field] = {
    entry.code: entry
    for entry in (
        Field("region_code", "注册地", FieldType.REGION, supply=_REGISTRY,
              about="营业执照上的注册地；写一个市，就包含它所辖的各县区",
              reason_code="out_of_region"),
        Field("industry", "所属行业", FieldType.INDUSTRY, supply=_REGISTRY,
              about="国民经济行业分类；写一个门类，就包含它下面的各行业",
              reason_code="industry_policy"),
        Field("scale", "企业规模", FieldType.CHOICE, choices=SCALES,
              supply=f"规模按员工人数和上年营业收入划分。{_REPORT}",
              about="按员工人数和上年营业收入划分的大、中、小、微型"),
        Field("years_established", "成立年限", FieldType.NUMBER, unit="年", supply=_REGISTRY,
              about="从成立日期到当天的整月数除以 12", reason_code="too_young"),
        Field("enterprise_kind", "主体类型", FieldType.CHOICE,
              choices={kind.value: name for kind, name in ENTERPRISE_KIND_NAMES.items()},
              supply=_REGISTRY, about="营业执照上的企业类型"),
        Field("in_operation", "登记状态为存续", FieldType.FLAG, supply=_REGISTRY,
              about="登记机关登记为存续，没有注销、吊销"),
        Field("registered_capital_fen", "注册资本", FieldType.MONEY, supply=_REGISTRY,
              about="登记的注册资本，是认缴数"),
        Field("employees", "员工人数", FieldType.NUMBER, unit="人", supply=_REPORT,
              about="最近一次年报或企业填报的员工人数"),
        Field("revenue_fen", "上年营业收入", FieldType.MONEY, supply=_REPORT,
              about="最近一次年报或企业填报的营业收入",
              reason_code="insufficient_turnover"),
        Field("tags", "企业资质与名单", FieldType.TAGS,
              supply="名单由主管部门报送，平台收到完整名单后会重新匹配；"
              "已列入而平台没有的，可以从“信息有误怎么办”请来源补报。",
              about="称号和名单，例如国家高新技术企业、专精特新企业"),
        *(
            Field(group.code, group.name, FieldType.FLAG, supply=f"{group.supply}。",
                  about=f"{group.rule}；来源：{group.source}")
            for group in group_rules().groups.values()
        ),
        Field("grade", "信用等级", FieldType.GRADE,
              supply="请在“我的画像”里更新画像和等级；仍没有的，那里会写明还缺哪些数据。",
              about="平台评分的等级，从高到低 AAA 至 D", reason_code="credit_record"),
        Field("amount_fen", "申请金额", FieldType.MONEY, supply=_WISH,
              about="企业这次想借的金额", reason_code="amount_or_term"),
        Field("term_months", "申请期限", FieldType.NUMBER, unit="个月", supply=_WISH,
              about="企业这次想借多久", reason_code="amount_or_term"),
        Field("guarantee", "可提供的担保", FieldType.CHOICE,
              choices={kind.value: name for kind, name in GUARANTEE_NAMES.items()}, supply=_WISH,
              about="企业能提供的担保方式", reason_code="insufficient_collateral"),
    )
}  # fmt: skip


def indicator_field(code: str, info: IndicatorInfo | None = None) -> Field:
    """Return the field of a credit indicator; without `info` it goes by its code."""
    known = info or IndicatorInfo(code)
    return Field(
        INDICATOR_PREFIX + code,
        known.name,
        FieldType.MONEY if known.is_money else FieldType.NUMBER,
        known.unit,
        supply=known.supply,
        scale=known.scale,
        about=known.about,
        reason_code=known.reason_code,
    )


TAG_NAMES: Mapping[str, str] = {
    "high_tech": "国家高新技术企业",
    "tech_sme": "科技型中小企业",
    "specialised_new": "专精特新企业",
    "little_giant": "专精特新“小巨人”企业",
    "innovative_sme": "创新型中小企业",
    "gazelle": "瞪羚企业",
    "unicorn": "独角兽企业",
}


def tag_name(code: str) -> str:
    """Return the Chinese name of a tag; list tags (`whitelist:code`) name their list."""
    if code.startswith("whitelist:"):
        listed = LIST_TYPES.get(code.removeprefix("whitelist:"))
        return f"名单“{listed.name}”" if listed else f"白名单 {code.removeprefix('whitelist:')}"
    return TAG_NAMES.get(code, code)
