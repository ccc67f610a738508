"""An evaluator of criteria written from their documented meaning, sharing no code with ours.

A criterion is a plain dict as the bank writes it: field, operator, value (money in 分, codes as
GB/T numbers). A firm is a plain dict: a missing field is absent or None. Slow and simple on
purpose: it is what the index, the columns, the blocks and the kernel are compared with.
"""

YES, NO, UNKNOWN = "eligible", "ineligible", "insufficient"
LETTERS = ["D", "C", "CC", "CCC", "B", "BB", "BBB", "A", "AA", "AAA"]
SECTIONS = {  # GB/T 4754-2017: which two-digit divisions a letter holds
    "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52),
    "G": (53, 60), "H": (61, 62), "I": (63, 65), "J": (66, 69), "K": (70, 70), "L": (71, 72),
    "M": (73, 75), "N": (76, 79), "O": (80, 82), "P": (83, 83), "Q": (84, 85), "R": (86, 90),
    "S": (91, 96), "T": (97, 97),
}  # fmt: skip


def product_says(criteria, firm):
    """不符合 if one criterion fails, else 数据不足 if one cannot be told, else 符合."""
    answers = [criterion_says(criterion, firm) for criterion in criteria]
    if NO in answers:
        return NO
    if UNKNOWN in answers:
        return UNKNOWN
    return YES


def criterion_says(criterion, firm):  # noqa: C901, PLR0911 - one branch an operator
    """Return what one criterion says of a firm."""
    have = firm.get(criterion["field"])
    want = criterion["value"]
    operator = criterion["operator"]
    if have is None:
        return UNKNOWN
    if criterion["field"] == "region_code":
        return place_says(operator, region_steps(have), [region_steps(code) for code in want])
    if criterion["field"] == "industry":
        return place_says(operator, trade_steps(have), [trade_steps(code) for code in want])
    if operator == "is_true":
        return YES if have else NO
    if operator == "is_false":
        return NO if have else YES
    if operator == "is_one_of":
        return YES if have in want else NO
    if operator == "is_none_of":
        return NO if have in want else YES
    if operator in ("has_any", "has_all", "has_none"):
        return tags_say(operator, have, want)
    return order_says(operator, height(have), want)


def tags_say(operator, have, want):
    """Try every way in which the unknown tags, «?tag», may turn out; agree, or say unknown."""
    open_tags = [tag for tag in want if "?" + tag in have]
    answers = set()
    for number in range(2 ** len(open_tags)):
        had = [tag for place, tag in enumerate(open_tags) if number // 2**place % 2]
        hits = [tag for tag in want if tag in have or tag in had]
        says = {"has_any": bool(hits), "has_all": len(hits) == len(want), "has_none": not hits}
        answers.add(YES if says[operator] else NO)
    return answers.pop() if len(answers) == 1 else UNKNOWN


def order_says(operator, have, want):
    """Compare a number, or a grade by its height."""
    if operator == "at_least":
        return YES if have >= height(want) else NO
    if operator == "at_most":
        return YES if have <= height(want) else NO
    if operator == "between":
        one, other = height(want[0]), height(want[1])
        if one > other:
            one, other = other, one
        return YES if one <= have and have <= other else NO  # noqa: PLR1716 - both ends named
    raise ValueError(operator)


def height(value):
    """Return a number as it is, a grade as its step from the bottom."""
    return LETTERS.index(value) if isinstance(value, str) else value


def region_steps(code):
    """["41", "04", "82"]: province, city, county; what is not given is not there."""
    pairs = [code[start : start + 2] for start in range(0, len(code), 2)]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    return pairs


def trade_steps(code):
    """["C", "1", "3", "1", "1"]: section, then digit by digit."""
    if code[0].isalpha():
        return list(code)
    division = int(code[:2])
    for letter, (first, last) in SECTIONS.items():
        if first <= division <= last:
            return [letter, *code]
    raise ValueError(code)


def place_says(operator, have, wanted):
    """A firm lies inside, outside, or is known too coarsely to tell."""
    inside, perhaps = False, False
    for place in wanted:
        if have[: len(place)] == place:
            inside = True
        elif place[: len(have)] == have:
            perhaps = True
    wants_inside = operator in ("in_region", "in_industry")
    if inside:
        return YES if wants_inside else NO
    if perhaps:
        return UNKNOWN
    return NO if wants_inside else YES


def firm_as_dict(subject, wish, on):
    """Put a firm's facts into a plain dict; nothing is guessed for what is not known."""
    facts = {
        "region_code": known(subject.region_code),
        "industry": known(subject.industry_code),
        "scale": known(subject.scale),
        "years_established": years(known(subject.established_on), on),
        "enterprise_kind": known(subject.kind),
        "in_operation": known(subject.in_operation),
        "registered_capital_fen": known(subject.registered_capital_fen),
        "employees": known(subject.employees),
        "revenue_fen": known(subject.revenue_fen),
        "tags": known(subject.tags),
        "owns_ip": known(subject.owns_ip),
        "first_loan": known(subject.first_loan),
        "agriculture": known(subject.agriculture),
        "grade": known(subject.grade),
        "amount_fen": wish.amount_fen,
        "term_months": wish.term_months,
        "guarantee": wish.guarantee,
    }
    for code, value in subject.indicators.items():
        facts["indicator:" + code] = known(value)
    if facts["region_code"] is not None and not facts["region_code"].isdigit():
        facts["region_code"] = None
    return facts


def known(value):
    """Return a value, or None where it is marked as missing."""
    return None if hasattr(value, "cause") else value


def years(start, on):
    """Return completed months as years."""
    if start is None:
        return None
    months = 0
    while completes(start, months + 1, on):
        months += 1
    return months / 12


def completes(start, months, on):
    """Say whether so many months have passed: the day of the month must be reached."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return (year, month + 1, start.day) <= (on.year, on.month, on.day)
