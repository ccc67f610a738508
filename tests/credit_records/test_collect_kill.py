"""A collection killed at any point is whole after the same command (100 kills: make prove)."""

from tests.credit_records.killing import kill_often


def test_three_killed_collections_are_whole_again(live):
    assert kill_often(live, 3) == []
