"""RFC 6962 trees: the reference vectors of Certificate Transparency, and properties of proofs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinyidai.ledger import merkle
from xinyidai.ledger.merkle import Frontier, MemoryTree, StoredTree

INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
LEAVES = [merkle.leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# (leaf, size, path) of the same reference tree.
PATHS = (
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
)
CONSISTENCIES = (
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
)

sizes = st.integers(1, 300)


def leaves_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def altered(value: bytes, place: int) -> bytes:
    changed = bytearray(value)
    changed[place % len(changed)] ^= 1 + place % 255
    return bytes(changed)


def test_the_empty_tree_has_the_root_of_the_rfc():
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root_of([]).hex() == Frontier().root().hex() == expected


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_tree_has_the_reference_roots(size):
    assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_audit_paths_are_those_of_the_reference(index, size, path):
    tree = MemoryTree(LEAVES[:size])
    found = merkle.inclusion_proof(index, size, tree.hash_of)
    assert [step.hex() for step in found] == path
    root = bytes.fromhex(ROOTS[size - 1])
    assert merkle.verify_inclusion(LEAVES[index], index, size, found, root)


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCIES)
def test_consistency_proofs_are_those_of_the_reference(old, new, proof):
    found = merkle.consistency_proof(old, new, MemoryTree(LEAVES[:new]).hash_of)
    assert [step.hex() for step in found] == proof
    roots = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    assert merkle.verify_consistency(old, new, *roots, found)


@given(st.data(), sizes)
def test_every_leaf_has_a_path_that_verifies_and_no_altered_one_does(data, size):
    leaves = leaves_of(size)
    index, place = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 31))
    root = merkle.root_of(leaves)
    path = merkle.inclusion_proof(index, size, MemoryTree(leaves).hash_of)
    good = (leaves[index], index, size, path, root)
    assert merkle.verify_inclusion(*good)
    for number in range(len(path)):
        worse = [*path[:number], altered(path[number], place), *path[number + 1 :]]
        assert not merkle.verify_inclusion(leaves[index], index, size, worse, root)
    assert not merkle.verify_inclusion(altered(leaves[index], place), *good[1:])
    assert not merkle.verify_inclusion(*good[:4], altered(root, place))
    assert not merkle.verify_inclusion(*good[:3], [*path, root], root)
    assert not path or not merkle.verify_inclusion(*good[:3], path[:-1], root)


@given(st.data(), sizes)
def test_a_path_is_of_its_leaf_alone(data, size):
    leaves = leaves_of(size)
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    path = merkle.inclusion_proof(index, size, MemoryTree(leaves).hash_of)
    found = merkle.verify_inclusion(leaves[index], other, size, path, merkle.root_of(leaves))
    assert found == (index == other)


@given(st.data(), sizes)
def test_every_beginning_is_consistent_and_no_altered_proof_is(data, new):
    leaves = leaves_of(new)
    old, place = data.draw(st.integers(0, new)), data.draw(st.integers(0, 31))
    before, after = merkle.root_of(leaves[:old]), merkle.root_of(leaves)
    proof = merkle.consistency_proof(old, new, MemoryTree(leaves).hash_of)
    assert merkle.verify_consistency(old, new, before, after, proof)
    assert not merkle.verify_consistency(old, new, altered(before, place), after, proof)
    if old:
        assert not merkle.verify_consistency(old, new, before, altered(after, place), proof)
    assert not merkle.verify_consistency(old, new, before, after, [*proof, after])
    for number in range(len(proof)):
        worse = [*proof[:number], altered(proof[number], place), *proof[number + 1 :]]
        assert not merkle.verify_consistency(old, new, before, after, worse)


@given(st.data(), sizes)
def test_a_rewritten_past_is_never_consistent(data, new):
    leaves = leaves_of(new)
    old = data.draw(st.integers(1, new))
    before = merkle.root_of(leaves[:old])
    leaves[data.draw(st.integers(0, old - 1))] = merkle.leaf_hash(b"rewritten")
    proof = merkle.consistency_proof(old, new, MemoryTree(leaves).hash_of)
    assert not merkle.verify_consistency(old, new, before, merkle.root_of(leaves), proof)


@given(st.integers(0, 700), st.integers(0, 700))
@settings(max_examples=50)
def test_a_tree_that_grows_from_stored_nodes_has_the_same_root(size, more):
    leaves = leaves_of(size + more)
    first = Frontier()
    for leaf in leaves[:size]:
        first.append(leaf)
    stored = {(level, index): node for level, index, node in first.completed}

    def fetch(level: int, start: int, end: int) -> list[bytes]:
        if level == 0:
            return leaves[start:end]
        return [stored[level, index] for index in range(start, end)]

    grown = StoredTree(fetch, size).frontier()
    for leaf in leaves[size:]:
        grown.append(leaf)
    assert grown.root() == merkle.root_of(leaves)


def test_proofs_from_stored_nodes_are_those_from_all_leaves():
    size = 70_000
    leaves = leaves_of(size)
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    stored = {(level, index): node for level, index, node in frontier.completed}
    asked = []

    def fetch(level: int, start: int, end: int) -> list[bytes]:
        asked.append((level, end - start))
        if level == 0:
            return leaves[start:end]
        return [stored[level, index] for index in range(start, end)]

    assert {level for level, _ in stored} == {8, 16}
    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        asked.clear()
        path = merkle.inclusion_proof(index, size, StoredTree(fetch, size).hash_of)
        assert merkle.verify_inclusion(leaves[index], index, size, path, frontier.root())
        assert len(asked) <= 6
        assert all(count <= 256 for _, count in asked)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_what_is_not_there(index, size):
    with pytest.raises(ValueError, match="not in the tree"):
        merkle.inclusion_proof(index, size, MemoryTree(LEAVES).hash_of)
    assert not merkle.verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


def test_a_missing_stored_node_is_an_error_and_no_proof():
    tree = StoredTree(lambda *_: [], 10)
    with pytest.raises(LookupError):
        tree.hash_of(0, 8)
