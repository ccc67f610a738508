"""Unified social credit code, 统一社会信用代码 (GB 32100-2015).

Eighteen characters: authority, category, six digits of region, nine of organisation code with
its own check character, and a check character over all. `stdnum.cn.uscc` counts the check.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from stdnum.cn import uscc as standard

from xinyidai.kernel.errors import InvalidInput

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGION_PLACES = slice(2, 8)
INVENTED_MARK = "XN"
INVENTED_PLACES = 6
INDIVIDUAL_BUSINESS = "92"
_DIGIT_PLACES = 8
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CodeProblem(StrEnum):
    """What is wrong with a code, 错码类型."""

    LENGTH = "length"  # 长度不对
    CHARACTER = "character"  # 字符不对
    CHECK_DIGIT = "check_digit"  # 校验位不对


@dataclass(frozen=True, order=True)
class UnifiedSocialCreditCode:
    """A code whose characters and check digit are right; made by `parse` only."""

    value: str

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Return the code in a text; width, case, spaces and hyphens do not matter.

        Raises:
            InvalidInput: with a Chinese sentence that says what is wrong and what to do.

        """
        problem = find_problem(raw)
        if problem is not None:
            message = describe_problem(raw, problem)
            raise InvalidInput(message, fields={"uscc": message}, code="invalid_uscc")
        return cls(compact(raw))

    def __str__(self) -> str:
        """Return the eighteen characters."""
        return self.value

    @property
    def region_code(self) -> str:
        """Return the six digits of the region where the firm was registered."""
        return self.value[REGION_PLACES]

    @property
    def is_invented(self) -> bool:
        """Tell whether the code was made by `invented`."""
        return self.value[_DIGIT_PLACES:].startswith(INVENTED_MARK)

    @property
    def mask(self) -> str:
        """Return the code with the organisation part hidden, 脱敏."""
        return self.value[:_DIGIT_PLACES] + "******" + self.value[-4:]


def compact(raw: str) -> str:
    """Return a text in half width and upper case, without spaces and hyphens."""
    half_width = unicodedata.normalize("NFKC", raw)
    return "".join(half_width.split()).replace("-", "").upper()


def find_problem(raw: str) -> CodeProblem | None:
    """Return the first thing that is wrong with a code, or nothing."""
    code = compact(raw)
    if len(code) != LENGTH:
        return CodeProblem.LENGTH
    if _wrong_place(code) is not None:
        return CodeProblem.CHARACTER
    return None if standard.is_valid(code) else CodeProblem.CHECK_DIGIT


def describe_problem(raw: str, problem: CodeProblem) -> str:
    """Return the sentence a user reads: what is wrong, and what to do."""
    code = compact(raw)
    if problem is CodeProblem.LENGTH:
        return f"统一社会信用代码应为 18 位，现在是 {len(code)} 位。请对照营业执照补全后再填。"
    if problem is CodeProblem.CHARACTER:
        return _describe_character(code)
    return "统一社会信用代码的校验位不对，说明至少有一位填错了。请对照营业执照逐位检查。"


def is_valid(raw: str) -> bool:
    """Tell whether a text is a code with the right characters and check digit."""
    return find_problem(raw) is None


def check_digit(first17: str) -> str:
    """Return the last character for the first seventeen.

    Raises:
        ValueError: seventeen characters of the code's alphabet are needed.

    """
    if len(first17) != LENGTH - 1 or _wrong_place(first17) is not None:
        raise ValueError("seventeen characters of the code are needed")
    return standard.calc_check_digit(first17)


def invented(number: int, region: str = "410400", kind: str = "91") -> str:
    """Return a valid code that nobody owns, visible by the letters XN after the region.

    `number` is from 0 to 31 ** 6 - 1; each number, region and kind gives another code. `kind` is
    authority and category: 91 enterprise, 92 个体工商户, 93 合作社.

    Raises:
        ValueError: number, region or kind is outside its range.

    """
    if not 0 <= number < len(ALPHABET) ** INVENTED_PLACES:
        raise ValueError("the number does not fit into an invented code")
    body = INVENTED_MARK + _in_alphabet(number)
    first17 = kind + region + body + organisation_check(body)
    return first17 + check_digit(first17)


def invented_for(namespace: str, identifier: str) -> str:
    """Return the code made for a subject that its source knows by an id of its own.

    The same id of the same namespace gives the same code in every file and on every machine. The
    region 9999xx does not exist, so no real firm can own the code; two ids share one with a
    chance of 1 in 88 milliards.
    """
    digest = hashlib.sha256(f"{namespace}:{identifier}".encode()).digest()
    number = int.from_bytes(digest[:8], "big") % len(ALPHABET) ** INVENTED_PLACES
    return invented(number, region=f"9999{int.from_bytes(digest[8:12], 'big') % 100:02d}")


def organisation_check(body: str) -> str:
    """Return the check character of an organisation code's eight characters (GB 11714)."""
    total = sum(
        _INNER_ALPHABET.index(character) * weight
        for character, weight in zip(body, _INNER_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def _wrong_place(code: str) -> int | None:
    for place, character in enumerate(code):
        allowed = ALPHABET[:10] if place < _DIGIT_PLACES else ALPHABET
        if character not in allowed:
            return place
    return None


def _describe_character(code: str) -> str:
    place = _wrong_place(code) or 0
    rule = (
        "前 8 位只能是数字"
        if place < _DIGIT_PLACES
        else "只能是数字和大写字母，并且不用 I、O、S、V、Z"
    )
    return (
        f"统一社会信用代码第 {place + 1} 位“{code[place]}”不对：{rule}。"
        "请对照营业执照检查，不要把数字 0 写成字母 O。"
    )


def _in_alphabet(number: int) -> str:
    characters = ""
    for _ in range(INVENTED_PLACES):
        number, place = divmod(number, len(ALPHABET))
        characters = ALPHABET[place] + characters
    return characters
