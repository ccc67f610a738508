"""Rules about firms: size class, names, and codes that do not fit their subjects."""

import unicodedata
from collections.abc import Iterable, Mapping

from xinyidai.enterprises.reference import industry_digits, section_of
from xinyidai.enterprises.size_table import LADDER, SizeLine, SizeTable, size_table
from xinyidai.enterprises.values import (
    CodeFault,
    CodeFinding,
    EnterpriseScale,
    Measure,
    ScaleFinding,
    SizeFacts,
)
from xinyidai.kernel.uscc import (
    INDIVIDUAL_BUSINESS,
    CodeProblem,
    compact,
    describe_problem,
    find_problem,
)

FEN_PER_WAN = 1_000_000

_BRACKETS = str.maketrans("[]{}〔〕【】〈〉<>﹝﹞", "()()()()()()()")
_FAULTS = {
    CodeProblem.LENGTH: CodeFault.WRONG_LENGTH,
    CodeProblem.CHARACTER: CodeFault.WRONG_CHARACTER,
    CodeProblem.CHECK_DIGIT: CodeFault.WRONG_CHECK_DIGIT,
}
_MEASURE_NAMES = {
    Measure.EMPLOYEES: "从业人员",
    Measure.REVENUE: "营业收入",
    Measure.ASSETS: "资产总额",
}


def classify_scale(facts: SizeFacts, table: SizeTable | None = None) -> EnterpriseScale | None:
    """Return the size class (工信部联企业〔2011〕300号), or nothing; `find_scale` says why not."""
    return find_scale(facts, table).scale


def find_scale(facts: SizeFacts, table: SizeTable | None = None) -> ScaleFinding:
    """Return the size class with the table's version, or the reason why there is none.

    A 个体工商户 counts as micro. An industry the table leaves out, an unknown industry and a
    missing measure give no class.

    Raises:
        UnknownIndustry: the industry code is not in GB/T 4754-2017.

    """
    table = table or size_table()
    if facts.uscc and facts.uscc.startswith(INDIVIDUAL_BUSINESS):
        return ScaleFinding(EnterpriseScale.MICRO, None, table.version)
    if not facts.industry_code:
        return ScaleFinding(None, "数据不足：没有行业代码", table.version)
    found = _line_for(facts.industry_code, table)
    if isinstance(found, str):
        return ScaleFinding(None, found, table.version)
    missing = [m for m in found.measures if _measured(facts, m) is None]
    if missing:
        names = "、".join(_MEASURE_NAMES[measure] for measure in missing)
        return ScaleFinding(None, f"数据不足：缺少{names}", table.version)
    return ScaleFinding(_class_by(found, facts), None, table.version)


def normalise_name(name: str) -> str:
    """Return a name for comparison: half width, one form of brackets, no spaces, upper case."""
    half_width = unicodedata.normalize("NFKC", name).translate(_BRACKETS)
    return "".join(half_width.split()).replace("·", "").upper()


def duplicate_codes(pairs: Iterable[tuple[str, str]]) -> list[CodeFinding]:
    """Return each 重码: one code that stands with several names, however often each was met."""
    names: dict[str, dict[str, str]] = {}
    for code, name in pairs:
        names.setdefault(compact(code), {}).setdefault(normalise_name(name), name)
    return [
        _duplicate(code, tuple(found.values()))
        for code, found in names.items()
        if code and len(found) > 1
    ]


def wrong_codes(
    pairs: Iterable[tuple[str, str]], registered: Mapping[str, Iterable[str]] | None = None
) -> list[CodeFinding]:
    """Return each 错码: a code that is malformed, or whose name is not the registered one.

    `registered` maps a code to every name the registry knows for it, former names too; a code it
    does not hold is not judged by name.
    """
    findings = (_wrong_code(code, name, registered or {}) for code, name in pairs)
    return [finding for finding in findings if finding is not None]


def _duplicate(code: str, names: tuple[str, ...]) -> CodeFinding:
    listed = "、".join(names)
    message = f"重码：{code} 同时用在 {len(names)} 个主体上（{listed}）。请由数据来源单位核实。"
    return CodeFinding(CodeFault.DUPLICATE, code, names, message)


def _wrong_code(
    code: str, name: str, registered: Mapping[str, Iterable[str]]
) -> CodeFinding | None:
    problem = find_problem(code)
    if problem is not None:
        message = f"错码：{describe_problem(code, problem)}"
        return CodeFinding(_FAULTS[problem], code, (name,), message)
    known = tuple(registered.get(compact(code), ()))
    if not known or normalise_name(name) in map(normalise_name, known):
        return None
    message = f"错码：{code} 登记的名称是“{known[0]}”，报送的是“{name}”。请核对名称或代码。"
    return CodeFinding(CodeFault.NAME_MISMATCH, code, (name,), message)


def _line_for(industry_code: str, table: SizeTable) -> SizeLine | str:
    section, digits = section_of(industry_code), industry_digits(industry_code)
    prefixes = [digits[:length] for length in range(len(digits), 1, -1)] + [section]
    for prefix in prefixes:
        if prefix in table.lines:
            return table.lines[prefix]
        if prefix in table.excluded:
            return table.excluded[prefix]
        if prefix in table.needs_group:
            return "数据不足：行业代码需要填到中类（三位数字）"
    return "数据不足：行业代码太粗，需要填到大类（两位数字）"


def _class_by(line: SizeLine, facts: SizeFacts) -> EnterpriseScale:
    for scale in LADDER:
        if all(_reaches(facts, measure, limit) for measure, limit in line.limits[scale].items()):
            return scale
    return EnterpriseScale.MICRO


def _reaches(facts: SizeFacts, measure: Measure, limit: int) -> bool:
    value = _measured(facts, measure)
    factor = 1 if measure is Measure.EMPLOYEES else FEN_PER_WAN
    return value is not None and value >= limit * factor


def _measured(facts: SizeFacts, measure: Measure) -> int | None:
    return {
        Measure.EMPLOYEES: facts.employees,
        Measure.REVENUE: facts.revenue_fen,
        Measure.ASSETS: facts.assets_fen,
    }[measure]
