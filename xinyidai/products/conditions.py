"""Turn the sentences of a published product into criteria, by small tables of patterns.

A clause becomes criteria only if the patterns explain all of it, every number included; a clause
they explain in part gives the criteria that are necessary anyway and stays text too, and the rest
stays text alone. Nothing is guessed: «优先», «重点支持» and the like are no conditions, a number
without a comparison bounds nothing, and what stands under «…之一» is an alternative.

There is no OR between fields: a product's criteria all hold together, so that each that fails is a
reason of its own and the nearest change is well defined. Alternatives within one field are one
criterion («属于其中之一»); between fields they stay text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xinyidai.products.amounts import Bound, bound_of, bound_pattern
from xinyidai.products.clauses import ONE_OF, PREFERENCE
from xinyidai.products.places import PLACES, SHORT_NAMES

DISHONESTY_INDICATOR = "indicator:dishonesty_listed"
SERIOUS_INDICATOR = "indicator:serious_violation_listed"
TAX_LEVEL_INDICATOR = "indicator:tax_grade_latest"

_FILLERS = re.compile(
    r"[\s,，、()（）的及和且或与:：须应为是在内并]|企业|公司|依法|独立法人|法人|国家|认定|等|申请|借款人"
    r"|从事|属于|要求|具有|具备|相关|至少|仅?限于?|时间|满足|客户|拥有|持有|取得|面向|适用于|适合"
)
TAX_LEVELS = {"A": 4, "B": 3, "M": 2.5, "C": 2}  # as in the indicator dictionary
_PLACE = "|".join(sorted(PLACES, key=len, reverse=True))
_SHORT = "|".join(SHORT_NAMES)
TAG_WORDS: tuple[tuple[str, str], ...] = (
    ("高新技术企业", "high_tech"),
    ("科技型中小微?企业", "tech_sme"),
    ('专精特新[“"「]?小巨人[”"」]?(?:企业)?', "little_giant"),
    ("专精特新(?:中小)?(?:企业)?", "specialised_new"),
    ("创新型中小企业", "innovative_sme"),
    ("瞪羚企业?", "gazelle"),
    ("独角兽企业?", "unicorn"),
)
SCALE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("中小微企业|中小微型企业", ("medium", "small", "micro")),
    ("小微企业|小型微型企业|小微型企业", ("small", "micro")),
    ("中小企业|中小型企业", ("medium", "small", "micro")),
)
KIND_WORDS: tuple[tuple[str, str, str], ...] = (
    ("个体工商户", "individual", "个体工商户"),
    ("农民专业合作社", "cooperative", "农民专业合作社"),
)
INDUSTRY_WORDS: tuple[tuple[str, str, str], ...] = (
    ("农、?林、?牧、?渔业", "A", "农林牧渔业"),
    ("制造业", "C", "制造业"),
    ("建筑业", "E", "建筑业"),
    ("批发(?:和|、|与)?零售业", "F", "批发和零售业"),
    ("交通运输(?:、仓储和邮政)?业", "G", "交通运输业"),
    ("住宿(?:和|、)?餐饮业", "H", "住宿和餐饮业"),
    ("软件(?:和信息技术服务)?业", "I65", "软件和信息技术服务业"),
)
_YEAR = r"(?:近(?:一年|1年|12个月|十二个月)|年度?)(?:内|的)?"
# Code, field, subject, name. A subject names exactly what the field measures.
AMOUNTS: tuple[tuple[str, str, str, str], ...] = (
    ("revenue", "revenue_fen", r"(?:上一?)?年度?(?:营业|销售|主营业务)(?:总?收入|总?额)|年营收",
     "上年营业收入"),
    ("invoice_sales", "indicator:invoice_sales_12m",
     rf"{_YEAR}(?:增值税)?开票(?:销售)?(?:收入|金额|总?额|量)?", "近 12 个月开票销售额"),
    ("tax_paid", "indicator:tax_paid_12m", rf"{_YEAR}(?:缴|纳|完)税(?:总?额|金额)?",
     "近 12 个月纳税额"),
    ("registered_capital", "registered_capital_fen", r"注册(?:资本|资金)金?", "注册资本"),
)  # fmt: skip
COUNTS: tuple[tuple[str, str, str, str], ...] = (
    ("employees", "employees", r"(?:在职|在岗)?(?:员工|职工|从业人员)(?:总?人?数)?", "人|名"),
    ("insured_staff", "indicator:social_insurance_staff_latest",
     r"(?:缴纳社保|社保缴纳|参保)(?:的)?(?:员工|职工)?(?:总?人?数)?", "人|名"),
    ("inventions", "indicator:invention_patents_total", r"有效发明专利(?:数量?)?", "项|件|个"),
    ("copyrights", "indicator:software_copyrights_total", r"软件著作权(?:数量?)?", "项|件|个"),
)  # fmt: skip
COUNT_NAMES = {
    "employees": "员工人数",
    "insured_staff": "参保人数",
    "inventions": "有效发明专利",
    "copyrights": "软件著作权",
}
_NEGATED = r"未|没有|不存在|无|不属于|不在|不得|非"
# Code, indicator, words after a negation, what the firm is told. A history («…记录») is more than
# what stands today, so the word stays over and the clause stays text beside its criterion.
ABSENCES: tuple[tuple[str, str, str, str], ...] = (
    ("no_dishonesty", DISHONESTY_INDICATOR, r"失信被执行人(?:企业)?(?:名单|信息|记录)?",
     "企业在失信被执行人名单内,不符合该产品的条件。"),
    ("no_serious_violation", SERIOUS_INDICATOR, r"严重违法失信(?:企业|主体)?(?:名单)?",
     "企业在严重违法失信名单内,不符合该产品的条件。"),
    ("no_abnormal", "indicator:abnormal_listed", r"(?:企业)?(?:经营异常|异常经营)(?:企业)?名[录单]",
     "企业在经营异常名录内,移出后可以申请。"),
    ("no_major_tax", "indicator:major_tax_violation_listed",
     r"重大税收违法(?:失信)?(?:案件|主体)?(?:当事人)?名单",
     "企业在重大税收违法名单内,不符合该产品的条件。"),
    ("no_tax_abnormal", "indicator:tax_abnormal_listed", r"税务非正常户",
     "企业为税务非正常户,解除后可以申请。"),
    ("no_tax_debt", "indicator:tax_arrears_amount", r"(?:当前)?(?:欠税|欠缴税款|拖欠税款)",
     "企业有欠税,缴清后可以申请。"),
    ("no_social_debt", "indicator:social_insurance_arrears_amount",
     r"(?:当前)?(?:社保欠费|欠缴社保|拖欠社保)", "企业有社保欠费,补缴后可以申请。"),
    ("no_enforcement", "indicator:enforcement_amount_36m", r"未结(?:清)?的?(?:被?执行)案件",
     "企业有未结的执行案件,结案后可以申请。"),
)  # fmt: skip
_JOINED = re.compile(r"[、,，/]|或|和|及|与")
_ALL = re.compile(r"且|同时|均")
# A subject counts only where nothing before it can change what it means.
_CLEAN_BEFORE = re.compile(
    r"(?:^|[\s,，、;；:：()（）]|企业|公司|申请人|且|并|及|和|依法|合法|注册|登记|上|拥有|具有|取得|须|应)$"
)


@dataclass(frozen=True)
class ReadClause:
    """What was read from one clause; `is_whole` when nothing of it is left over."""

    criteria: tuple[dict[str, Any], ...]
    regions: tuple[str, ...]
    is_whole: bool

    @property
    def found_any(self) -> bool:
        """Say whether any rule came of the clause."""
        return bool(self.criteria or self.regions)


NOTHING = ReadClause((), (), is_whole=False)


@dataclass
class _Reader:
    """The clause being read: what is left of it and what was found in it."""

    clause: str
    rest: str
    criteria: list[dict[str, Any]]
    regions: list[str]

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut the first match out of the clause."""
        found = re.search(pattern, self.rest)
        if found:
            self.rest = self.rest[: found.start()] + " " + self.rest[found.end() :]
        return found

    def take_bound(self, subject: str, units: str) -> Bound | None:
        """Cut out «subject, comparison, number», where it bounds exactly one side."""
        found = re.search(bound_pattern(subject, units), self.rest)
        if found is None or not _CLEAN_BEFORE.search(self.rest[: found.start()]):
            return None
        bound = bound_of(found)
        if bound is not None:
            self.rest = self.rest[: found.start()] + " " + self.rest[found.end() :]
        return bound

    def add(self, code: str, field: str, operator: str, value: object, text: str) -> None:
        """Keep one criterion."""
        self.criteria.append(
            {
                "code": code,
                "field": field,
                "operator": operator,
                "value": value,
                "when_missing": "insufficient",
                "denial_text": text,
                "show_threshold": True,
            }
        )

    def add_bound(self, code: str, field: str, bound: Bound, value: object, name: str) -> None:
        """Keep the criterion of a bound."""
        operator = "at_least" if bound.is_least else "at_most"
        ending = code if bound.is_least else f"{code}_most"
        self.add(ending, field, operator, value, f"{name}须{bound.words}。")


def read_clause(clause: str) -> ReadClause:
    """Return the criteria of one clause without its numbering."""
    if re.search(PREFERENCE, clause):
        return NOTHING
    reader = _Reader(clause, clause, [], [])
    is_whole = _read(reader) and bool(reader.criteria or reader.regions)
    told = "".join(criterion["denial_text"] for criterion in reader.criteria)
    numbers = re.findall(r"\d+(?:\.\d+)?", clause)
    is_whole = is_whole and all(number in told for number in numbers)
    return ReadClause(tuple(reader.criteria), tuple(reader.regions), is_whole)


def _read(reader: _Reader) -> bool:
    for pattern in (*_NECESSARY, _region):
        pattern(reader)
    if re.search(ONE_OF, reader.rest) and (reader.criteria or reader.regions):
        # «成立2年以上或注册资本100万元以上»: neither is necessary.
        reader.criteria.clear()
        reader.regions.clear()
        return False
    necessary, regions = list(reader.criteria), list(reader.regions)
    # Alternatives joined by «或» are criteria only when the whole clause is understood.
    for pattern in _ALTERNATIVES:
        pattern(reader)
    if not _FILLERS.sub("", reader.rest):
        return _one_alternative(reader, len(necessary))
    reader.criteria[:], reader.regions[:] = necessary, regions
    return False


def _one_alternative(reader: _Reader, necessary: int) -> bool:
    # «小微企业或个体工商户» joins two fields by OR, which a list of criteria cannot say.
    # «从事制造业的小微企业» joins them by «的», so both hold.
    if len(reader.criteria) - necessary > 1 and _JOINED.search(reader.clause):
        del reader.criteria[necessary:]
        return False
    return True


def _years(reader: _Reader) -> None:
    subject = (
        r"(?:企业|公司)?(?:注册)?(?:成立|设立|持续经营|连续经营|正常经营|注册|营业执照(?:注册|登记)?)"
        r"(?:时间|年限|期限)?"
    )
    bound = reader.take_bound(subject, "年|个月")
    if bound is not None and not bound.is_strict:
        reader.add_bound(
            "years_established", "years_established", bound, bound.years, "企业成立年限"
        )


def _absences(reader: _Reader) -> None:
    begun = re.search(_NEGATED, reader.rest)
    if begun is None:
        return
    found = False
    for code, indicator, words, text in ABSENCES:
        place = re.search(words, reader.rest)
        if place and place.start() >= begun.start():
            reader.take(words)
            reader.add(code, indicator, "at_most", 0, text)
            found = True
    if found:
        reader.take(rf"(?:{_NEGATED})(?:有)?(?:被|曾)?(?:列入|纳入|存在|进入)?(?:国家|税务|工商)?")


def _tax_level(reader: _Reader) -> None:
    found = reader.take(
        r"(?:纳税|税务)(?:信用)?(?:等级|级别|评级|评定)?[^;；。,，A-Z]{0,6}((?:[ABMC]级?[、,，/和或及]?)+)"
        r"(?:[(（]含[)）])?(?:及?以上)?"
    )
    if found:
        lowest = max(
            (letter for letter in found.group(1) if letter in TAX_LEVELS), key="ABMC".index
        )
        reader.add(
            "tax_level", TAX_LEVEL_INDICATOR, "at_least", TAX_LEVELS[lowest],
            f"纳税信用级别须不低于 {lowest} 级。",
        )  # fmt: skip


def _amounts(reader: _Reader) -> None:
    for code, field, subject, name in AMOUNTS:
        bound = reader.take_bound(subject, "亿元?|万元?|元")
        if bound is not None and bound.fen is not None:
            reader.add_bound(code, field, bound, bound.fen, name)


def _counts(reader: _Reader) -> None:
    for code, field, subject, units in COUNTS:
        bound = reader.take_bound(subject, units)
        if bound is not None and bound.count is not None:
            reader.add_bound(code, field, bound, bound.count, COUNT_NAMES[code])


def _operating(reader: _Reader) -> None:
    if reader.take(r"(?:登记|经营|工商)状态(?:须|应)?(?:为|是)?(?:存续|在业|在营|开业)"):
        reader.add("in_operation", "in_operation", "is_true", None, "企业登记状态须为存续。")


def _region(reader: _Reader) -> None:
    found = reader.take(
        rf"(?:在|注册地(?:址)?(?:为|在|位于)?|工商)?({_PLACE})(?:市|省)?(?:辖区内|行政区域内|地区|内)?"
        rf"(?:登记)?注册(?:登记)?|注册地(?:址)?(?:为|在|位于)({_PLACE})(?:市|省)?(?![一-鿿]*区)"
    )
    if found:
        reader.regions.append(PLACES[found.group(1) or found.group(2)])
        return
    short = reader.take(rf"在({_SHORT})(?:登记)?注册(?:登记)?")
    if short:
        reader.regions.append(SHORT_NAMES[short.group(1)])


def _tags(reader: _Reader) -> None:
    tags = [tag for words, tag in TAG_WORDS if reader.take(words)]
    if tags:
        operator = "has_all" if len(tags) > 1 and _ALL.search(reader.clause) else "has_any"
        reader.add("qualification", "tags", operator, tags, "企业不具有该产品要求的资质。")


def _scale(reader: _Reader) -> None:
    for words, scales in SCALE_WORDS:
        if reader.take(words):
            reader.add("scale", "scale", "is_one_of", list(scales), "企业规模不在该产品范围内。")
            return


def _kinds(reader: _Reader) -> None:
    kinds = [(kind, name) for words, kind, name in KIND_WORDS if reader.take(words)]
    if kinds:
        names = "、".join(name for _, name in kinds)
        reader.add(
            "individual", "enterprise_kind", "is_one_of", [kind for kind, _ in kinds],
            f"该产品只面向{names}。",
        )  # fmt: skip


def _industries(reader: _Reader) -> None:
    found = [(code, name) for words, code, name in INDUSTRY_WORDS if reader.take(words)]
    if found:
        names = "、".join(name for _, name in found)
        reader.add(
            "industry", "industry", "in_industry", [code for code, _ in found],
            f"该产品只面向{names}。",
        )  # fmt: skip


_Pattern = Callable[[_Reader], None]
_NECESSARY: tuple[_Pattern, ...] = (
    _years,
    _absences,
    _tax_level,
    _amounts,
    _counts,
    _operating,
)
_ALTERNATIVES: tuple[_Pattern, ...] = (_tags, _scale, _kinds, _industries)
