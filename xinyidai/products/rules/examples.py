"""Run examples against criteria, read and write their JSON form, and propose them.

What is proposed lies at the thresholds: a firm that just meets all, one step away from each
criterion, and without the datum that a criterion asks for.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.rules.readings import candidates, reading_from_json, reading_to_json
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    LEAST_OF_EACH,
    MOST_EXAMPLES,
    OUTCOME_NAMES,
    Criterion,
    Example,
    ExampleOrigin,
    ExampleResult,
    Field,
    IndicatorNames,
    Outcome,
    Reading,
    indicator_field,
)

LONGEST_NAME = 60
KEYS = frozenset({"name", "expected", "readings", "origin"})
MOST_REFUSED = 20
TITLES = ("刚好满足全部条件", "满足全部条件，数值不同", "明显满足全部条件")
REFUSED, LACKING = "不满足：", "缺少数据："
# What no criterion reads tells otherwise equal firms apart.
SPARE = ("registered_capital_fen", "revenue_fen", "amount_fen")
SPARE_STEP = 10_000_000  # 10 万元

_Known = dict[str, Reading]


def run_examples(
    criteria: Sequence[Criterion], examples: Sequence[Example]
) -> tuple[ExampleResult, ...]:
    """Judge each example by all criteria, those of a later effective date included."""
    return tuple(_result(criteria, example) for example in examples)


def _result(criteria: Sequence[Criterion], example: Example) -> ExampleResult:
    findings = [criterion.check(example.readings) for criterion in criteria]
    for outcome in (Outcome.INELIGIBLE, Outcome.INSUFFICIENT):
        decisive = tuple(found for found in findings if found.outcome is outcome)
        if decisive:
            return ExampleResult(example, outcome, decisive)
    return ExampleResult(example, Outcome.ELIGIBLE, ())


def example_problems(criteria: Sequence[Criterion], examples: Sequence[Example]) -> dict[str, str]:
    """Return what keeps a version from review: too few of a sort, or an outcome not expected.

    A version without any criterion has nothing to try out. The keys are `examples` and
    `examples.<place>`.
    """
    if not criteria:
        return {}
    problems: dict[str, str] = {}
    short = [
        f"“{name}”{sum(e.expected is outcome for e in examples)} 个"
        for outcome, name in OUTCOME_NAMES.items()
        if sum(e.expected is outcome for e in examples) < LEAST_OF_EACH
    ]
    if short:
        problems["examples"] = (
            f"三种结论的样例各须至少 {LEAST_OF_EACH} 个，现在{'、'.join(short)}。"
        )
    for place, result in enumerate(run_examples(criteria, examples)):
        if not result.passes:
            problems[f"examples.{place}"] = failure_text(result)
    return problems


def failure_text(result: ExampleResult) -> str:
    """Say in one sentence what was expected, what came out, and which criterion decided."""
    expected, got = OUTCOME_NAMES[result.example.expected], OUTCOME_NAMES[result.got]
    why = "；".join(found.criterion.threshold_text() for found in result.decisive)
    return f"样例“{result.example.name}”应为“{expected}”，实际为“{got}”" + (
        f"，因为条件：{why}。" if why else "，所有条件都满足。"
    )


def examples_from_json(
    raw: Sequence[Mapping[str, Any]], fields: Mapping[str, Field]
) -> tuple[Example, ...]:
    """Return the examples of their JSON form, or raise `InvalidInput`.

    `fields` are those an example may name, see `fields_of`.
    """
    if len(raw) > MOST_EXAMPLES:
        raise InvalidInput(
            f"样例最多 {MOST_EXAMPLES} 个，请先删去几个。", fields={"examples": "样例太多。"}
        )
    problems: dict[str, str] = {}
    found: list[Example] = []
    for place, entry in enumerate(raw):
        try:
            found.append(_example(entry, fields))
        except InvalidInput as error:
            problems[f"examples.{place}"] = f"第 {place + 1} 个样例：{error.message}"
    if problems:
        raise InvalidInput("样例有误，请按提示修改。", fields=problems)
    return tuple(found)


def _example(entry: Mapping[str, Any], fields: Mapping[str, Field]) -> Example:
    if not isinstance(entry, Mapping) or not {"name", "expected", "readings"} <= set(entry) <= KEYS:
        raise InvalidInput("须写明名称、应有的结论和各项数据，不能有其他内容。")
    name, readings = entry["name"], entry["readings"]
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise InvalidInput(f"请填写名称，不超过 {LONGEST_NAME} 字。")
    if not isinstance(readings, Mapping):
        raise InvalidInput("各项数据须按字段填写。")
    try:
        expected = Outcome(entry["expected"])
        origin = ExampleOrigin(entry.get("origin", ExampleOrigin.PERSON))
    except ValueError as error:
        raise InvalidInput("应有的结论只能是符合、不符合或数据不足。") from error
    known = {}
    for code, value in readings.items():
        if code not in fields:
            raise InvalidInput(f"没有“{code}”这个字段。")
        known[code] = reading_from_json(fields[code], value)
    return Example(name.strip(), expected, known, origin)


def example_to_json(example: Example) -> dict[str, Any]:
    """Return the JSON form of an example."""
    return {
        "name": example.name,
        "expected": example.expected.value,
        "readings": {code: reading_to_json(value) for code, value in example.readings.items()},
        "origin": example.origin.value,
    }


def fields_of(criteria: Iterable[Criterion], indicators: IndicatorNames) -> dict[str, Field]:
    """Return the fields an example may name, those that the criteria read first.

    A criterion may be taken out of a draft without making its examples unreadable.
    """
    read = {criterion.field.code: criterion.field for criterion in criteria}
    known = {INDICATOR_PREFIX + code: (code, info) for code, info in indicators.items()}
    more = {code: indicator_field(*told) for code, told in known.items() if code not in read}
    return read | {code: field for code, field in FIELDS.items() if code not in read} | more


def propose_examples(
    criteria: Sequence[Criterion], origin: ExampleOrigin = ExampleOrigin.PERSON
) -> tuple[Example, ...]:
    """Return at least three examples of each outcome, at and around the thresholds.

    Without criteria there is nothing to propose.

    Raises:
        InvalidInput: no firm can meet all criteria, which therefore contradict each other.

    """
    if not criteria:
        return ()
    choices = {code: _choices(code, criteria) for code in _read_fields(criteria)}
    accepted = _accepted(choices, criteria)
    found = [
        *_named(accepted, Outcome.ELIGIBLE),
        *_named(_refused(accepted[0][1], criteria), Outcome.INELIGIBLE),
        *_named(_lacking(accepted[0][1], criteria), Outcome.INSUFFICIENT),
    ]
    return tuple(Example(name, outcome, known, origin) for name, outcome, known in found)


def _read_fields(criteria: Sequence[Criterion]) -> list[str]:
    return list(dict.fromkeys(criterion.field.code for criterion in criteria))


def _of(code: str, criteria: Sequence[Criterion]) -> list[Criterion]:
    return [criterion for criterion in criteria if criterion.field.code == code]


def _choices(code: str, criteria: Sequence[Criterion]) -> list[Reading]:
    """Return readings of one field that meet every criterion on it."""
    own = _of(code, criteria)
    fitting = [
        reading
        for reading in candidates(own)
        if all(criterion.judge(reading) is Outcome.ELIGIBLE for criterion in own)
    ]
    if not fitting:
        texts = "；".join(criterion.threshold_text() for criterion in own)
        raise InvalidInput(
            f"没有企业能同时满足这些条件：{texts}。请先修改条件。",
            fields={"examples": f"条件互相矛盾：{texts}。"},
        )
    return fitting


def _accepted(
    choices: Mapping[str, list[Reading]], criteria: Sequence[Criterion]
) -> list[tuple[str, _Known]]:
    found: list[tuple[str, _Known]] = []
    for turn, title in enumerate(TITLES):
        known = {code: fitting[min(turn, len(fitting) - 1)] for code, fitting in choices.items()}
        found.append((title, _apart(known, [one for _, one in found], criteria)))
    return found


def _refused(base: _Known, criteria: Sequence[Criterion]) -> list[tuple[str, _Known]]:
    """Return firms that differ from an accepted one in the field of one criterion."""
    found: list[tuple[str, _Known]] = []
    again = cycle(criteria)
    for criterion in islice(again, max(LEAST_OF_EACH * 2, min(len(criteria), MOST_REFUSED))):
        wrong = [r for r in candidates([criterion]) if criterion.judge(r) is Outcome.INELIGIBLE]
        if not wrong or (len(found) >= LEAST_OF_EACH and len(found) >= len(criteria)):
            continue
        reading = wrong[len(found) // len(criteria) % len(wrong)]
        known = _apart(base | {criterion.field.code: reading}, [one for _, one in found], criteria)
        found.append((f"{REFUSED}{criterion.threshold_text()}", known))
    return found


def _lacking(base: _Known, criteria: Sequence[Criterion]) -> list[tuple[str, _Known]]:
    """Return firms of which one datum is missing."""
    found: list[tuple[str, _Known]] = []
    names = {criterion.field.code: criterion.field.name for criterion in criteria}
    for code in islice(cycle(names), max(LEAST_OF_EACH, min(len(names), MOST_REFUSED))):
        known = {key: value for key, value in base.items() if key != code}
        found.append((f"{LACKING}{names[code]}", _apart(known, [k for _, k in found], criteria)))
    return found


def _apart(known: _Known, others: Sequence[_Known], criteria: Sequence[Criterion]) -> _Known:
    """Return the firm, told apart from the others by a field that no criterion reads."""
    read = set(_read_fields(criteria))
    spare = next((code for code in SPARE if code not in read), None)
    step = 0
    told = dict(known)
    while told in others and spare is not None:
        step += 1
        told[spare] = step * SPARE_STEP
    return told


def _named(
    firms: Sequence[tuple[str, _Known]], outcome: Outcome
) -> list[tuple[str, Outcome, _Known]]:
    return [(name[:LONGEST_NAME], outcome, known) for name, known in firms]


def is_proposed_name(name: str) -> bool:
    """Tell whether an example bears a name that `propose_examples` gives."""
    return name in TITLES or name.startswith((REFUSED, LACKING))
