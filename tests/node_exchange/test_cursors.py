"""How far a sending has come: nothing below a horizon is lost, whatever order others commit in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinyidai.node_exchange.cursors import MOST_MARKS, Cursor, Horizon, Phase, read_cursor

FIRST = Horizon(lower=100, upper=100, record_id=50)


def whole(cursor: Cursor, horizon: Horizon) -> Cursor:
    """One round from its beginning to its end."""
    return cursor.begun(horizon).turned().turned()


def test_a_round_reads_records_then_endings_then_ends():
    cursor = Cursor().begun(FIRST)
    assert (cursor.round.phase, cursor.round.after) == (Phase.RECORDS, 0)
    cursor = cursor.moved(30).turned()
    assert (cursor.round.phase, cursor.round.after) == (Phase.ENDINGS, 0)
    cursor = cursor.turned()
    assert (cursor.round, cursor.since, cursor.low, cursor.sent) == (None, 100, 50, 50)


def test_a_round_under_way_is_not_begun_again():
    cursor = Cursor().begun(FIRST).moved(7)
    assert cursor.begun(Horizon(900, 900, 900)) == cursor


def test_with_a_transaction_open_numbers_do_not_narrow_the_next_round():
    cursor = whole(Cursor(), Horizon(lower=100, upper=140, record_id=50))
    assert (cursor.since, cursor.low) == (100, 0)
    cursor = whole(cursor, Horizon(lower=141, upper=141, record_id=60))
    assert (cursor.since, cursor.low) == (141, 60)


def test_a_restored_copy_of_the_database_sends_everything_anew():
    cursor = whole(Cursor(), Horizon(5_000, 5_000, 900)).begun(Horizon(10, 12, 900))
    assert (cursor.since, cursor.round.after) == (0, 0)


def test_a_cursor_is_read_back_as_it_was_written():
    cursor = whole(Cursor(), Horizon(100, 140, 50)).begun(Horizon(150, 160, 70)).moved(55)
    assert read_cursor(cursor.as_json()) == cursor
    assert read_cursor({}) == Cursor()


def test_marks_do_not_grow_for_ever():
    cursor = Cursor()
    for number in range(200):
        cursor = whole(cursor, Horizon(100, 200 + number, number))
    assert len(cursor.marks) <= MOST_MARKS


def test_nothing_is_moved_without_a_round():
    with pytest.raises(ValueError, match="no round"):
        Cursor().moved(3)


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(0, 5), st.booleans()), min_size=1, max_size=25
    )
)
def test_every_record_is_sent_whatever_the_order_of_commits(steps):
    """A small world: transactions begin, write and commit at any time between the rounds.

    Each step gives a transaction's number of steps until its commit, how many records it writes,
    and whether a round runs after it.
    """
    open_ones, visible, sent = [], {}, set()
    next_id, cursor = 1, Cursor()
    for number, (life, writes, is_round) in enumerate(steps, start=1):
        ids = list(range(next_id, next_id + writes))
        next_id += writes
        open_ones.append((number, number + life % 7, ids))
        for xid, ends, written in list(open_ones):
            if ends <= number:
                visible |= dict.fromkeys(written, xid)
                open_ones.remove((xid, ends, written))
        if is_round:
            cursor, found = run(cursor, visible, open_ones, number)
            sent |= found
    for xid, _, written in open_ones:
        visible |= dict.fromkeys(written, xid)
    for _ in range(2):
        cursor, found = run(cursor, visible, [], len(steps))
        sent |= found
    assert sent == set(visible)


def run(cursor, visible, open_ones, number):
    lower = min([xid for xid, _, _ in open_ones], default=number + 1)
    cursor = cursor.begun(Horizon(lower, number + 1, max(visible, default=0)))
    low, now = cursor.low, cursor.round
    found = {i for i, xid in visible.items() if low < i <= now.record_id and xid >= cursor.since}
    return cursor.turned().turned(), found
