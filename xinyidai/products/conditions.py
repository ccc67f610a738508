"""Turn the sentences of a published product into criteria, by a small table of patterns.

A clause becomes criteria only if the patterns explain all of it; a clause they explain in part
gives the criteria that are necessary anyway and stays text too, and the rest stays text alone.
Nothing is guessed: «优先», «重点支持» and the like are no conditions.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xinyidai.kernel.money import Yuan

DISHONESTY_INDICATOR = "indicator:dishonesty_listed"
SERIOUS_INDICATOR = "indicator:serious_violation_listed"
TAX_LEVEL_INDICATOR = "indicator:tax_grade_latest"

_CLAUSE_ENDS = re.compile(r"[;；。\n|]")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}[.、．)]|[（(]\d{1,2}[)）])\s*")
_PREFERENCE = re.compile(r"优先|重点支持|鼓励|可适当|不限于|原则上")
_FILLERS = re.compile(
    r"[\s,，、()（）的及和且或与:：须应为是在内]|企业|依法|独立法人|法人|国家|认定|等|申请|借款人"
)
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10}
TAX_LEVELS = {"A": 4, "B": 3, "M": 2.5, "C": 2}  # as in the indicator dictionary
PLACES = {
    "成都": "510100",
    "重庆": "500000",
    "四川": "510000",
    "川": "510000",
    "巩义": "410181",
    "郑州": "410100",
    "平顶山": "410400",
    "汝州": "410482",
    "河南": "410000",
    "北京": "110000",
    "上海": "310000",
}
_PLACE = "|".join(PLACES)
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


@dataclass(frozen=True)
class Conditions:
    """What was read from the sentences of one product."""

    criteria: tuple[dict[str, Any], ...]
    region_codes: tuple[str, ...]
    text_conditions: tuple[str, ...]


@dataclass
class _Reader:
    """The clause being read: what is left of it and what was found in it."""

    rest: str
    criteria: list[dict[str, Any]]
    regions: list[str]

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut the first match out of the clause."""
        found = re.search(pattern, self.rest)
        if found:
            self.rest = self.rest[: found.start()] + " " + self.rest[found.end() :]
        return found

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


def read_conditions(target: str, conditions: str) -> Conditions:
    """Read who a product is for and what it asks; equal criteria are kept once."""
    criteria: dict[str, dict[str, Any]] = {}
    regions: dict[str, None] = {}
    texts: dict[str, None] = {}
    for clause in _clauses(f"{target};{conditions}"):
        reader = _Reader(clause, [], [])
        whole = not _PREFERENCE.search(clause) and _read(reader)
        for criterion in reader.criteria:
            criteria.setdefault(criterion["code"], criterion)
        regions.update(dict.fromkeys(reader.regions))
        if not whole:
            texts[clause] = None
    return Conditions(tuple(criteria.values()), tuple(regions), tuple(texts))


def _clauses(text: str) -> list[str]:
    parts = (_NUMBERING.sub("", part).strip() for part in _CLAUSE_ENDS.split(text))
    return [part for part in parts if part]


def _read(reader: _Reader) -> bool:
    for pattern in (*_NECESSARY, _region):
        pattern(reader)
    if "或" in reader.rest and (reader.criteria or reader.regions):
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
    if len(reader.criteria) - necessary > 1:
        del reader.criteria[necessary:]
        return False
    return True


def _years(reader: _Reader) -> None:
    found = reader.take(
        r"(?:成立|持续经营|连续经营|正常经营|注册)(?:时间|年限)?(?:已?满|达到?|超过|不少于|不低于|在)?\s*"
        r"(\d+|[一二两三四五六八十])\s*(年|个月)(?:[(（]含[)）])?(?:及?以上|以上[(（]含[)）])?(?!以内|以下|内)"
    )
    if found:
        number = int(_DIGITS.get(found.group(1)) or found.group(1))
        years = number if found.group(2) == "年" else number / 12
        reader.add(
            "years_established", "years_established", "at_least", years,
            f"企业成立年限须不少于 {found.group(1)} {found.group(2)}。",
        )  # fmt: skip


def _young(reader: _Reader) -> None:
    found = reader.take(r"成立(?:时间)?(?:不超过)?\s*(\d+)\s*年(?:[(（]含[)）])?(?:以内|以下|内)")
    if found:
        reader.add(
            "years_established_most", "years_established", "at_most", int(found.group(1)),
            f"企业成立年限须不超过 {found.group(1)} 年。",
        )  # fmt: skip


def _dishonesty(reader: _Reader) -> None:
    found = reader.take(
        r"(?:未|没有|不|无)(?:被)?(?:列入|纳入|存在|属于)?[^;；。,，]{0,8}?失信被执行人(?:名单|记录|信息)?"
    )
    if found:
        reader.add(
            "no_dishonesty", DISHONESTY_INDICATOR, "at_most", 0,
            "企业在失信被执行人名单内,不符合该产品的条件。",
        )  # fmt: skip


def _serious(reader: _Reader) -> None:
    negated = re.search(r"未|没有|不存在|无", reader.rest) or reader.criteria
    if negated and reader.take(r"严重违法失信(?:企业|主体)?(?:名单)?"):
        reader.add(
            "no_serious_violation", SERIOUS_INDICATOR, "at_most", 0,
            "企业在严重违法失信名单内,不符合该产品的条件。",
        )  # fmt: skip


def _tax_level(reader: _Reader) -> None:
    found = reader.take(
        r"纳税(?:信用)?(?:等级|级别|评级)?[^;；。,，A-Z]{0,6}((?:[ABMC]级?[、,，/和或及]?)+)"
        r"(?:[(（]含[)）])?(?:以上)?"
    )
    if found:
        lowest = max(
            (letter for letter in found.group(1) if letter in TAX_LEVELS), key="ABMC".index
        )
        reader.add(
            "tax_level", TAX_LEVEL_INDICATOR, "at_least", TAX_LEVELS[lowest],
            f"纳税信用级别须不低于 {lowest} 级。",
        )  # fmt: skip


def _revenue(reader: _Reader) -> None:
    found = reader.take(
        r"年?(?:销售|营业)(?:收入|额)(?:须|应)?(?:达到?|不低于|不少于|在|超过)?\s*(\d+(?:\.\d+)?)万元?"
        r"(?:[(（]含[)）])?(?:及?以上)?"
    )
    if found:
        reader.add(
            "revenue", "revenue_fen", "at_least", Yuan.of_wan(found.group(1)).fen,
            f"上年营业收入须不低于 {found.group(1)} 万元。",
        )  # fmt: skip


def _capital(reader: _Reader) -> None:
    found = reader.take(
        r"注册(?:资本|资金)金?(?:须|应)?(?:达到?|不低于|不少于|在|超过)?\s*(\d+(?:\.\d+)?)万元?"
        r"(?:[(（]含[)）])?(?:及?以上)?"
    )
    if found:
        reader.add(
            "registered_capital", "registered_capital_fen", "at_least",
            Yuan.of_wan(found.group(1)).fen, f"注册资本须不低于 {found.group(1)} 万元。",
        )  # fmt: skip


def _region(reader: _Reader) -> None:
    found = reader.take(
        rf"(?:在|注册地(?:址)?(?:为|在|位于)?|工商)?({_PLACE})(?:市|省)?(?:辖区内|行政区域内|地区|内)?"
        rf"(?:登记)?注册(?:登记)?|注册地(?:址)?(?:为|在|位于)({_PLACE})(?:市|省)?(?![一-鿿]*区)"
    )
    if found:
        reader.regions.append(PLACES[found.group(1) or found.group(2)])


def _tags(reader: _Reader) -> None:
    tags = [tag for words, tag in TAG_WORDS if reader.take(words)]
    if tags:
        reader.add("qualification", "tags", "has_any", tags, "企业不具有该产品要求的资质。")


def _scale(reader: _Reader) -> None:
    for words, scales in SCALE_WORDS:
        if reader.take(words):
            reader.add("scale", "scale", "is_one_of", list(scales), "企业规模不在该产品范围内。")
            return


def _individual(reader: _Reader) -> None:
    if reader.take(r"个体工商户"):
        reader.add(
            "individual", "enterprise_kind", "is_one_of", ["individual"],
            "该产品只面向个体工商户。",
        )  # fmt: skip


_Pattern = Callable[[_Reader], None]
_NECESSARY: tuple[_Pattern, ...] = (
    _young,
    _years,
    _dishonesty,
    _serious,
    _tax_level,
    _revenue,
    _capital,
)
_ALTERNATIVES: tuple[_Pattern, ...] = (_tags, _scale, _individual)
