"""DuckDB expressions that read texts: dates, numbers, amounts, options.

One place says how each field type is read; `validating` puts the expressions together. Amounts
become whole 分; what is finer than a 分 is rounded half up, because 万元 columns exported from
binary floating point carry such dust.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from xinyidai.credit_records.collecting.fields import AMOUNTS, NUMBERS, FieldSpec, FieldType
from xinyidai.credit_records.collecting.headings import clean_heading
from xinyidai.kernel.money import FEN_PER_WAN, FEN_PER_YUAN, LARGEST_FEN

EARLIEST_DAY = date(1900, 1, 1)
# What departments write for "nothing here"; compared in lower case.
BLANKS = ("-", "--", "---", "/", "\\", "—", "——", "null", "none", "nan", "nat", "n/a", "\\n")
YES = ("是", "有", "true", "t", "yes", "y", "1", "1.0")
NO = ("否", "无", "false", "f", "no", "n", "0", "0.0")
UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
WRITTEN_AMOUNT = r"-?(\d+\.?\d*|\.\d+)([eE]\+?\d+)?[万亿]?元?"
DIGITS = "'０１２３４５６７８９／－．，：', '0123456789/-.,:'"

# Most cells begin and end with a sign that needs no stripping, and most days and amounts are
# written in one way: each slow reading stands behind a cheap look that spares nearly every row it.
PLAIN_NUMBER = r"-?[0-9]{1,14}(\.[0-9]{1,8})?"
PLAIN_AMOUNT = r"-?[0-9]{{1,{}}}(\.[0-9]{{1,4}})?"
PLAIN_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
PLAIN_MONTH = r"(19|20)[0-9]{2}-[0-9]{2}"

MACROS = (
    r"""
    create macro bare(s) as case
        when ord(s) in (9, 10, 13, 32, 160, 8203, 12288, 65279)
            or ord(right(s, 1)) in (9, 10, 13, 32, 160, 8203, 12288, 65279)
        then trim(s, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8203)
            || chr(12288) || chr(65279))
        else s end
    """,
    r"""
    create macro arabic(s) as case when regexp_matches(s, '[〇零一二三四五六七八九十]') then
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            translate(s, '〇○零一二三四五六七八九', '000123456789'),
            '(\d)十(\d)', '\1\2', 'g'), '(\d)十', '\g<1>0', 'g'), '十(\d)', '1\1', 'g'),
            '十', '10', 'g') else s end
    """.replace(r"\g<1>0", r"\1" + "0"),
    rf"""
    create macro day_text(s) as rtrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        translate(arabic(s), {DIGITS}),
        '^(\d+)\.0+$|^(\d{{5}})\.\d+$', '\1\2'),
        '^(\d{{4}})\.(\d{{1,2}})(\.(\d{{1,2}}))?$', '\1-\2-\4'),
        '[日号度]', '', 'g'),
        '\s*[-/年月]\s*', '-', 'g'), '- ')
    """,
    r"""
    create macro day_of(n) as cast(case
        when regexp_matches(n, '^\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:.*)?$')
            then try_strptime(regexp_extract(n, '^\d{4}-\d{1,2}-\d{1,2}'), '%Y-%m-%d')
        when regexp_full_match(n, '\d{8}') then try_strptime(n, '%Y%m%d')
        when regexp_full_match(n, '(19|20)\d{2}(0\d|1[0-2])[0-3]\d[0-2]\d[0-5]\d([0-5]\d)?')
            then try_strptime(n[:8], '%Y%m%d')
        when regexp_full_match(n, '\d{4}-\d{1,2}') then try_strptime(n || '-1', '%Y-%m-%d')
        when regexp_full_match(n, '[2-7]\d{4}')
            then cast(date '1899-12-30' + cast(n as integer) as timestamp)
        when regexp_full_match(n, '-?\d{11,13}')
            then epoch_ms(cast(n as bigint)) + interval 8 hour
        when regexp_full_match(n, '1\d{9}')
            then epoch_ms(cast(n as bigint) * 1000) + interval 8 hour
        end as date)
    """,
    r"""
    create macro month_of(n) as case when regexp_full_match(n, '(19|20)\d{4}')
        then cast(try_strptime(n || '01', '%Y%m%d') as date)
        else cast(date_trunc('month', day_of(n)) as date) end
    """,
    r"""
    create macro year_or_day_of(n) as case when regexp_full_match(n, '(19|20)\d{2}')
        then make_date(cast(n as integer), 1, 1) else day_of(n) end
    """,
    r"""
    create macro capital_text(s) as regexp_replace(s, '[()（）]', '', 'g')
    """,
    rf"""
    create macro number_text(s) as regexp_replace(translate(s, {DIGITS}), '[,\s¥￥+]', '', 'g')
    """,
    r"""
    create macro number_of(n) as case
        when regexp_full_match(n, '-?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?')
        then try_cast(n as decimal(26, 8)) end
    """,
    r"""
    create macro amount_of(n, usual) as number_of(regexp_replace(n, '(万|亿)?元?(人民币)?元?$', ''))
        * case regexp_extract(n, '(万元|亿元|万|亿|元)(人民币)?$', 1)
            when '万元' then 1000000 when '万' then 1000000 when '亿元' then 10000000000
            when '亿' then 10000000000 when '元' then 100 else usual end
    """,
)


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: tuple[str, ...]) -> str:
    """Quote several texts for an IN list."""
    return ", ".join(map(literal, texts))


def cleaned(text: str) -> str:
    """Clean the text of an option as the keys of a mapping are cleaned."""
    return clean_heading(text)


def text_of(columns: tuple[str, ...], blanks: tuple[str, ...]) -> str:
    """Return the first cell that says something, or NULL; the cells are stripped already."""
    nothing = literals(("", *BLANKS, *blanks))
    longest = max(map(len, BLANKS + blanks))
    cells = [
        f"case when length({column}) <= {longest} and lower({column}) in ({nothing})"
        f" then null else {column} end"
        for column in columns
    ]
    return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})"


def value_of(  # noqa: C901, PLR0911 - one line for each field type
    spec: FieldSpec, text: str, options: Mapping[str, str]
) -> str:
    """Return the expression that reads `text` as the field's type; NULL when it cannot.

    `options` are the texts of an enum that occur in the file, with their codes.
    """
    match spec.type:
        case FieldType.DATE:
            reading = "year_or_day_of" if spec.year_only else "day_of"
            return _fast_day(text, f"{reading}(day_text({text}))")
        case FieldType.MONTH:
            slow = _fast_day(text, f"month_of(day_text({text}))", "date_trunc('month', {})")
            fast = f"try_cast({text} || '-01' as date)"
            return (
                f"case when regexp_full_match({text}, '{PLAIN_MONTH}') then {fast} else {slow} end"
            )
        case FieldType.NUMBER:
            plain = f"regexp_full_match({text}, '{PLAIN_NUMBER}')"
            slow = f"number_of(number_text({text}))"
            return f"case when {plain} then try_cast({text} as decimal(26, 8)) else {slow} end"
        case FieldType.INTEGER:
            number = f"number_of(number_text(regexp_replace({text}, '[年度]+$', '')))"
            return f"case when {number} = round({number}) then try_cast({number} as bigint) end"
        case FieldType.AMOUNT_YUAN:
            return _fen(text, FEN_PER_YUAN)
        case FieldType.CAPITAL:
            return _fen(f"capital_text({text})", FEN_PER_YUAN)
        case FieldType.AMOUNT_WAN:
            return _fen(text, FEN_PER_WAN)
        case FieldType.BOOLEAN:
            return (
                f"case when lower({text}) in ({literals(YES)}) then true"
                f" when lower({text}) in ({literals(NO)}) then false end"
            )
        case FieldType.ENUM:
            return _option(options, text)
        case FieldType.USCC:
            return f"upper({text})"
        case FieldType.TEXT:
            return text


def _fast_day(text: str, slow: str, then: str = "{}") -> str:
    """Read the common `2020-08-21` by a plain cast, and only what is left with patterns."""
    plain = f"regexp_full_match({text}, '{PLAIN_DAY}')"
    fast = then.format(f"try_cast({text} as date)")
    return f"cast(case when {plain} then {fast} else {slow} end as date)"


def _fen(text: str, unit: int) -> str:
    # As many digits as sixty-four bits hold once the amount is in 分, four of them decimals.
    plain = PLAIN_AMOUNT.format(14 - len(str(unit)))
    return (
        f"case when regexp_full_match({text}, '{plain}')"
        f" then cast(round(cast({text} as decimal(15, 4)) * {unit}) as bigint)"
        f" else try_cast(round(amount_of(number_text({text}), {unit})) as bigint) end"
    )


def _option(options: Mapping[str, str], text: str) -> str:
    """Translate the texts that the file really has; `options` maps them as they stand."""
    if not options:
        return f"nullif({text}, {text})"
    branches = " ".join(
        f"when {literal(seen)} then {literal(code)}" for seen, code in options.items()
    )
    return f"case {text} {branches} end"


def rule_of(  # noqa: PLR0913 - what a rule depends on
    spec: FieldSpec,
    text: str,
    value: str,
    today: date,
    *,
    relaxed: bool,
    may_have_controls: bool = True,
) -> str:
    """Return the expression that names the first rule a cell breaks, or NULL.

    `relaxed`: the source is known not to have the field in every row.
    """
    rules = [*_form_rules(spec, text, value), *_limit_rules(spec, text, value, today)]
    if not may_have_controls:
        rules = [(rule, broken) for rule, broken in rules if rule != "control_characters"]
    branches = " ".join(f"when {broken} then '{rule}'" for rule, broken in rules)
    needed = spec.required and not relaxed
    missing = f"when {text} is null then " + ("'required_missing'" if needed else "null")
    return f"case {missing} {branches} end"


def _form_rules(  # noqa: PLR0911 - one line for each field type
    spec: FieldSpec, text: str, value: str
) -> list[tuple[str, str]]:
    match spec.type:
        case FieldType.TEXT | FieldType.USCC:
            return [("control_characters", f"regexp_matches({text}, '{UNPRINTABLE}')")]
        case FieldType.DATE | FieldType.MONTH:
            shaped = f"regexp_matches(day_text({text}), '^\\d{{4}}-\\d+-\\d+|^\\d{{8}}$')"
            return [
                ("impossible_date", f"{value} is null and {shaped}"),
                ("not_a_date", f"{value} is null"),
            ]
        case FieldType.INTEGER:
            return [("not_an_integer", f"{value} is null")]
        case FieldType.BOOLEAN | FieldType.ENUM:
            return [("unknown_value", f"{value} is null")]
        case FieldType.CAPITAL:
            return []
        case FieldType.AMOUNT_YUAN | FieldType.AMOUNT_WAN:
            huge = f"{value} is null and regexp_full_match(number_text({text}), '{WRITTEN_AMOUNT}')"
            return [("amount_too_large", huge), ("not_a_number", f"{value} is null")]
        case _:
            return [("not_a_number", f"{value} is null")]


def _limit_rules(spec: FieldSpec, text: str, value: str, today: date) -> list[tuple[str, str]]:
    rules: list[tuple[str, str]] = []
    if spec.max_length is not None:
        rules.append(("too_long", f"length({text}) > {spec.max_length}"))
    if spec.type in {FieldType.DATE, FieldType.MONTH}:
        latest = today + timedelta(days=spec.future_days)
        rules.append(("future_date", f"{value} > date '{latest}'"))
        rules.append(("date_too_early", f"{value} < date '{EARLIEST_DAY}'"))
    if spec.type in NUMBERS:
        rules.extend(_number_rules(spec, value))
    return rules


def _number_rules(spec: FieldSpec, value: str) -> list[tuple[str, str]]:
    rules: list[tuple[str, str]] = []
    if spec.type in AMOUNTS:
        rules.append(("amount_too_large", f"abs({value}) > {LARGEST_FEN}"))
    if not spec.signed and (spec.minimum is None or spec.minimum == 0):
        rules.append(("negative", f"{value} < 0"))
    elif spec.minimum is not None:
        rules.append(("below_minimum", f"{value} < {spec.minimum}"))
    if spec.maximum is not None:
        rules.append(("above_maximum", f"{value} > {spec.maximum}"))
    return rules
