"""The unified social credit code, 统一社会信用代码, checked for many rows at once.

A look-up table and one product of matrices instead of a loop; `kernel.uscc` says the same for
one code, and a test keeps the two together.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
MODULUS = 31
LENGTH = 18
LARGEST_DIGIT = 9
WEIGHTS = np.array([pow(3, place, MODULUS) for place in range(LENGTH - 1)], dtype=np.int64)
UNKNOWN = 255

DIGIT_PLACES = 8  # authority, category and region are digits only

_VALUES = np.full(256, UNKNOWN, dtype=np.uint8)
_VALUES[[ord(sign) for sign in ALPHABET]] = range(MODULUS)


def broken_rules(codes: Sequence[str]) -> list[str | None]:
    """Name the rule each code breaks, in the order of `codes`; None where a code is right."""
    rules: list[str | None] = ["uscc_length"] * len(codes)
    whole = [place for place, code in enumerate(codes) if len(code) == LENGTH]
    if not whole:
        return rules
    letters = "".join(codes[place] for place in whole).encode("latin-1", "replace")
    values = _VALUES[np.frombuffer(letters, dtype=np.uint8).reshape(-1, LENGTH)]
    for place, rule in zip(whole, _rules_of(values), strict=True):
        rules[place] = rule
    return rules


def _rules_of(values: NDArray[np.uint8]) -> list[str | None]:
    strange = (values == UNKNOWN).any(axis=1) | (values[:, :DIGIT_PLACES] > LARGEST_DIGIT).any(
        axis=1
    )
    rest = (values[:, :-1].astype(np.int64) @ WEIGHTS) % MODULUS
    wrong = (MODULUS - rest) % MODULUS != values[:, -1]
    return [
        "uscc_characters" if odd else "uscc_check_digit" if bad else None
        for odd, bad in zip(strange.tolist(), wrong.tolist(), strict=True)
    ]
