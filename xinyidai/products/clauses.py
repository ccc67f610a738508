"""Sections and clauses of a published product, 产品说明的分段: every character belongs to one.

Nothing is thrown away: the clauses of a text, joined, are the text. Where a clause is kept as
text, `reason_for` says why it is no rule, by what the words speak of.
"""

import re
from collections.abc import Iterator
from enum import StrEnum


class Section(StrEnum):
    """What a part of a product's text speaks of, 段落."""

    TARGET = "target"  # 适用对象
    CONDITIONS = "conditions"  # 办理条件
    TERMS = "terms"  # 额度、期限、利率、还款、担保、费用
    DOCUMENTS = "documents"  # 申请资料
    PURPOSE = "purpose"  # 贷款用途
    PROCESS = "process"  # 办理流程
    FEATURES = "features"  # 产品特点
    INTRODUCTION = "introduction"  # 产品介绍
    CONTACT = "contact"  # 联系方式
    EXCLUSIONS = "exclusions"  # 不予准入的情形
    HEADING = "heading"  # 小标题


class Reason(StrEnum):
    """Why a condition is kept as text and is no rule, 不能成为规则的原因."""

    ALTERNATIVE = "alternative"  # 几个字段之间是“或”
    PREFERENCE = "preference"  # 优先、鼓励、原则上
    PERSONAL = "personal"  # 企业主或个人的情况
    BANK_INTERNAL = "bank_internal"  # 银行内部的标准
    COLLATERAL = "collateral"  # 押品或票据
    PURPOSE = "purpose"  # 贷款用途
    POLICY = "policy"  # 产业、环保等政策
    PLACE = "place"  # 没有代码的地区
    SUBJECTIVE = "subjective"  # 须人判断
    NO_DATA = "no_data"  # 信用信息目录没有这项信息
    EXCLUSION = "exclusion"  # 写的是不予准入的情形
    IN_PART = "in_part"  # 只有一部分能核对


REASON_NAMES: dict[Reason, str] = {
    Reason.ALTERNATIVE: "几个字段之间是“或”的关系，准入条件只能逐条同时满足",
    Reason.PREFERENCE: "是优先或原则性的说法，不是硬条件",
    Reason.PERSONAL: "是企业主或个人的情况，平台不归集个人信息",
    Reason.BANK_INTERNAL: "是银行内部的标准，没有写明内容",
    Reason.COLLATERAL: "涉及押品、票据或合同，由银行核验原件",
    Reason.PURPOSE: "是贷款用途，申请时由企业填写、银行核验",
    Reason.POLICY: "是产业、环保等政策要求，由银行判断",
    Reason.PLACE: "地区没有写成可以查到代码的行政区",
    Reason.SUBJECTIVE: "须由人判断，没有数值标准",
    Reason.NO_DATA: "信用信息目录里没有这项信息，或标准没有写成数值",
    Reason.EXCLUSION: "写的是不予准入的情形，要反过来理解，由银行核对",
    Reason.IN_PART: "只有一部分能自动核对，能核对的已成为准入条件，原文保留",
}

PREFERENCE = r"优先|重点支持|鼓励|可适当|不限于|原则上|除外|例外|放宽|可不受"
ALTERNATIVES = r"之一|任一|任意一|其一"
ONE_OF = rf"{ALTERNATIVES}|或者?(?!有)"
# First match wins. A word here says what a clause speaks of, never what a firm has.
_REASONS: tuple[tuple[Reason, str], ...] = (
    (Reason.PREFERENCE, PREFERENCE),
    (
        Reason.BANK_INTERNAL,
        (
            r"其他条件|其他要求|信贷政策|授信政策|行(?:认可|规定|要求|核准|批准|评级)"
            r"|名单内|(?:在|于).{0,6}行.{0,4}开(?:户|立)|信用等级.{0,4}[A-D]{1,3}[-+]?级?|准入名单"
            r"|银行.{0,6}(?:条件|要求|规定)"
        ),
    ),
    (Reason.PURPOSE, r"用途"),
    (
        Reason.PERSONAL,
        (
            r"周岁|年龄|自然人|身份证|婚姻|配偶|家庭|家属|户口|户籍|住所|住房|身体|嗜好"
            r"|职业|工资|退休|本人|公民|公务员|事业单位|职工|从业人员|工作人员|执业资格|业主|个人"
            r"|实际控制人|实控人|法定代表人|法人代表|股东|经营主|企业主|农户|居民|品行|人品"
            r"|车主|车位|首付|购房|购车|购.{0,4}房"
        ),
    ),
    (
        Reason.COLLATERAL,
        (
            r"抵押|质押|押品|承兑|汇票|票据|应收账款|保证金|保函|担保|仓单|存货|合同"
            r"|订单|推荐函|核心企业|供应链|知识产权|专利|商标|软著|著作权|评估(?:值|价值)|房产|土地"
            r"|设备|价值的|投标|招标"
        ),
    ),
    (Reason.PURPOSE, r"(?<!适)用于"),
    (Reason.POLICY, r"产业政策|环保|政策|行业规划|主导产业|新经济|新兴产业|禁止|限制类"),
    (Reason.ALTERNATIVE, ONE_OF),
    (Reason.PLACE, r"辖区|本地|当地|区内|园区|高新区|开发区|新区|自贸区|注册地|[省市区县]内"),
    (
        Reason.SUBJECTIVE,
        (
            r"良好|正常|稳定|健全|规范|较[强好多大高]|诚实|诚信|守法|合法|合规|能力|意愿"
            r"|信誉|信用|前景|潜力|优质|真实|固定|重大|不良|盈利|财务|经营|管理|成长|负债|短缺|需求|敏感"
        ),
    ),
)

_LABELS: tuple[tuple[Section, str], ...] = (
    (Section.EXCLUSIONS, r"禁入|禁止|负面|不予|不得|除外"),
    (Section.DOCUMENTS, r"资料|材料|要件"),
    (Section.PROCESS, r"流程|程序|步骤"),
    (Section.FEATURES, r"特点|特色|优势|亮点"),
    (Section.PURPOSE, r"用途"),
    (Section.TERMS, r"额度|金额|期限|利率|定价|还款|还本|担保|费用|收费|费率|成本"),
    (Section.TARGET, r"对象|客户|客群|适合|适用|面向"),
    (Section.CONDITIONS, r"条件|要求|准入|标准"),
    (Section.INTRODUCTION, r"介绍|定义|简介|概述|说明|产品描述|产品名称"),
    (Section.CONTACT, r"电话|联系|咨询|热线"),
)
_ENDS = re.compile(r"[;；。\n|]+\s*")
_LABEL = re.compile(r"\s*([一-鿿、/（）()]{2,12})[:：]")
_BRACKETED = re.compile(
    r"\s*(?:【([^】]{2,20})】|[（(][一二三四五六七八九十]{1,3}[)）]\s*"
    r"([一-鿿、]{2,12})\s*$|[一二三四五六七八九十]{1,3}、\s*([一-鿿、]{2,12})[:：]?\s*$)"
)
_PHONE = re.compile(
    r"\s*(?:电话|联系电话|咨询电话|客服热线)?[:：]?\s*\d{3,4}[-—]?\d{7,8}(?:转\d+)?\s*"
)
NUMBERING = re.compile(r"^\s*(?:\d{1,2}[.、．)）]|[（(]\d{1,2}[)）]|[①-⑳])\s*")


def section_of(words: str) -> Section | None:
    """Return the section a heading or label names; None where it names none.

    «满足以下条件之一:» is no label: it changes what stands below it.
    """
    if re.search(ALTERNATIVES, words):
        return None
    found = (section for section, pattern in _LABELS if re.search(pattern, words))
    return next(found, None)


def heading_of(line: str) -> tuple[Section, int] | None:
    """Return the section that a line opens and how many characters its heading takes."""
    if _PHONE.fullmatch(line):
        return Section.CONTACT, 0
    found = _BRACKETED.match(line)
    if found is None:
        return None
    words = next(group for group in found.groups() if group)
    return section_of(words) or Section.INTRODUCTION, found.end()


def labelled(text: str, first: Section) -> Iterator[tuple[Section, str]]:
    """Yield the clauses of a text with the section of the label they stand under.

    A label is some words and a colon at the beginning of a clause («贷款资料:…»); it holds until
    the next. Joined, the clauses are the text.
    """
    section = first
    for clause in clauses_of(text):
        label = _LABEL.match(clause)
        named = section_of(label.group(1)) if label else None
        section = named or section
        yield section, clause


def clauses_of(text: str) -> Iterator[str]:
    """Yield the clauses of a text with the marks that end them; joined they are the text."""
    start = 0
    for end in _ENDS.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def bare(clause: str) -> str:
    """Return a clause without numbering, label and the marks around it."""
    text = NUMBERING.sub("", clause.strip())
    label = _LABEL.match(text)
    if label and section_of(label.group(1)):
        text = NUMBERING.sub("", text[label.end() :].strip())
    return text.strip(";；。\n| ")


def reason_for(clause: str) -> Reason:
    """Say why a clause that is no rule stays text."""
    found = (reason for reason, words in _REASONS if re.search(words, clause))
    return next(found, Reason.NO_DATA)
