"""A bank that knows every firm of a set but one tries to learn about that one from numbers.

Each test plays the attacker over many secrets, that is over many platforms, and says how much
better than a coin he guesses.
"""

from collections import Counter
from hashlib import blake2b
from statistics import fmean
from uuid import UUID

import pytest

from xinyidai.leads import rules

SECRETS = [blake2b(bytes([n % 256, n // 256])).digest()[:32] for n in range(600)]
BANK = UUID(int=1)
FIRMS = [UUID(bytes=blake2b(bytes([n]), digest_size=16).digest()) for n in range(120)]
TARGET = UUID(int=7)


class Bank:
    """What one bank reads, search after search, as `leads.service` tells it."""

    def __init__(self, secret):
        self.secret = secret
        self.told = []

    def count(self, firms):
        sketch = rules.sketch_of(firms, self.secret)
        place = rules.twin_of(sketch, [one for one, _ in self.told], self.secret)
        if place is not None:
            return "again", self.told[place][1]
        shown = rules.shown_number(sum(sketch), self.secret, BANK, "eligible", *sketch)
        self.told.append((sketch, shown))
        return "own", shown


def advantage(attack):
    """Return by how much what is read differs between «is in» and «is not»: 1 is certainty."""
    worlds = [Counter(attack(Bank(s), known) for s in SECRETS) for known in ([], [TARGET])]
    seen = set(worlds[0]) | set(worlds[1])
    return sum(abs(worlds[0][one] - worlds[1][one]) for one in seen) / 2 / len(SECRETS)


@pytest.mark.parametrize("known", [4, 5, 7, 9, 12, 19, 28, 45])
def test_who_knows_all_firms_of_a_set_but_one_learns_next_to_nothing(known):
    assert advantage(lambda bank, target: bank.count(FIRMS[:known] + target)) < 0.25


@pytest.mark.parametrize("removed", [4, 5, 9, 10, 14, 19, 28, 40])
def test_two_searches_that_differ_by_known_firms_and_one_more_give_no_more(removed):
    def attack(bank, target):
        return bank.count(FIRMS[:60] + target), bank.count(FIRMS[removed:60])

    assert advantage(attack) < 0.3


def test_another_wording_of_the_same_search_is_not_another_try():
    for secret in SECRETS[:50]:
        bank = Bank(secret)
        bank.count(FIRMS[:60])
        assert len({bank.count(FIRMS[15:60])[1] for _ in range(20)}) == 1
        assert len(bank.told) <= 2


def test_the_mean_of_many_alike_searches_stays_a_guess():
    """Sets that each lack another twenty known firms: a number of its own for each would tell."""

    def error(bank, target):
        for start in range(70):
            out = set(FIRMS[start : start + 20])
            bank.count([firm for firm in FIRMS if firm not in out] + target)
        assert len(bank.told) <= 2 * rules.MOST_ALIKE
        return fmean(shown for _, shown in bank.told) - (len(FIRMS) - 20)

    right = sum(
        (error(Bank(secret), known) > 0.5) == bool(known)
        for secret in SECRETS[:40]
        for known in ([], [TARGET])
    )
    assert right / 80 < 0.75


def test_shown_numbers_are_tens_and_near_the_truth_and_the_words_for_few_are_true():
    for count in range(300):
        number = rules.shown_number(count, b"k" * 32, "x", count)
        if number is None:
            assert count < 20
        else:
            assert count >= 8
            assert number % 10 == 0
            assert number >= 20
            assert abs(number - count) <= 12


def test_limits_lie_between_ten_and_twenty_eight_and_hardly_ever_at_an_end():
    sketches = [rules.sketch_of(FIRMS[:n], SECRETS[0]) for n in range(2, 102)]
    drawn = [rules.limit_between(SECRETS[0], one, sketches[0]) for one in sketches]
    assert drawn == [rules.limit_between(SECRETS[0], sketches[0], one) for one in sketches]
    assert (min(drawn) >= 10, max(drawn) <= 28) == (True, True)
    assert sum(limit in {10, 28} for limit in drawn) < 8
