"""The Merkle tree of RFC 6962 (Certificate Transparency), section 2.1: hashes, roots, proofs.

Everything is iterative over leaf hashes, so that a million leaves take about a second. Proofs are
made from `hash_of(start, end)`, the hash of a stretch of leaves, which memory (`MemoryTree`) or
stored nodes (`StoredTree`) can answer; they are checked by the algorithms of RFC 9162, 2.1.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
GROUP_BITS = 8
GROUP = 1 << GROUP_BITS
STORED_LEVELS = (8, 16, 24)

HashOf = Callable[[int, int], bytes]
# The hashes of the nodes [start, end) of a stored level; level 0 are the leaves.
Fetch = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes."""
    return sha256(b"\x01" + left + right).digest()


def next_level(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the level above; an odd last node rises unchanged."""
    above = [
        sha256(b"\x01" + left + right).digest()
        for left, right in zip(hashes[::2], hashes[1::2], strict=False)
    ]
    if len(hashes) % 2:
        above.append(hashes[-1])
    return above


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    if not leaves:
        return EMPTY_ROOT
    while len(leaves) > 1:
        leaves = next_level(leaves)
    return leaves[0]


def split_point(count: int) -> int:
    """Return the largest power of two below `count`, where the RFC divides a tree."""
    return 1 << (count - 1).bit_length() - 1


def peaks_of(size: int) -> list[tuple[int, int]]:
    """Return the complete subtrees of a tree of `size` leaves, from the left, as stretches."""
    found, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append((start, start + (1 << level)))
            start += 1 << level
    return found


class Frontier:
    """The right edge of a growing tree: all it takes to add leaves and to say the root.

    `completed` collects (level, index, hash) of every node of a stored level that became complete.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Start empty, or from the hashes of `peaks_of(size)`."""
        if len(peaks) != size.bit_count():
            raise ValueError("the peaks are not those of a tree of this size")
        self.size = size
        self.completed: list[tuple[int, int, bytes]] = []
        self._peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        index, level, peaks = self.size, 0, self._peaks
        while index >> level & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            level += 1
            if level in STORED_LEVELS:
                self.completed.append((level, index >> level, leaf))
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


class MemoryTree:
    """Stretches of leaf hashes that are all in memory; for tests and small trees."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Keep the leaf hashes."""
        self.leaves = leaves

    def hash_of(self, start: int, end: int) -> bytes:
        """Return the hash of the leaves [start, end)."""
        return root_of(self.leaves[start:end])


class StoredTree:
    """Stretches of a tree whose complete nodes are stored at a few levels; reads few of them."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        """Read through `fetch`; nodes beyond `size` leaves are never asked for."""
        self._fetch = fetch
        self._size = size
        self._groups: dict[tuple[int, int], Sequence[bytes]] = {}

    def hash_of(self, start: int, end: int) -> bytes:
        """Return the hash of the leaves [start, end), a stretch that the RFC's divisions make."""
        count = end - start
        if count < 1 or end > self._size:
            raise ValueError("no such stretch of leaves")
        level = count.bit_length() - 1
        if count == 1 << level and start % count == 0:
            return self._complete(level, start >> level)
        middle = start + split_point(count)
        return node_hash(self.hash_of(start, middle), self.hash_of(middle, end))

    def frontier(self) -> Frontier:
        """Return the right edge, to add leaves to."""
        return Frontier(self._size, [self.hash_of(*peak) for peak in peaks_of(self._size)])

    def _complete(self, level: int, index: int) -> bytes:
        base = max(stored for stored in (0, *STORED_LEVELS) if stored <= level)
        first, count = index << level - base, 1 << level - base
        nodes = self._group(base, first >> GROUP_BITS)
        place = first % GROUP
        return root_of(nodes[place : place + count])

    def _group(self, level: int, number: int) -> Sequence[bytes]:
        key = (level, number)
        if key not in self._groups:
            start = number * GROUP
            end = min(start + GROUP, self._size >> level)
            nodes = self._fetch(level, start, end)
            if len(nodes) != end - start:
                raise LookupError(f"nodes {start} to {end} of level {level} are not all there")
            self._groups[key] = nodes
        return self._groups[key]


def inclusion_proof(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """Return the audit path of a leaf in a tree of `size` leaves, RFC 6962 2.1.1, leaf first."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    start, end, beside = 0, size, []
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return [hash_of(*stretch) for stretch in reversed(beside)]


def consistency_proof(old: int, new: int, hash_of: HashOf) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of the one of `new` leaves.

    RFC 6962 2.1.2; empty from nothing, or from a tree to itself.
    """
    if not 0 <= old <= new:
        raise ValueError("the older tree is not the smaller one")
    if old in {0, new}:
        return []
    start, end, beside, is_left_edge = 0, new, [], True
    while end != old:
        middle = start + split_point(end - start)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start, is_left_edge = middle, False
    if not is_left_edge:
        beside.append((start, end))
    return [hash_of(*stretch) for stretch in reversed(beside)]


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether the path leads from the leaf hash to the root, RFC 9162 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof leads from the older root to the newer one, RFC 9162 2.1.4.2."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    return _leads(old, new, old_root, new_root, proof)


def _leads(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    steps = list(proof) if old & old - 1 else [old_root, *proof]
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root
