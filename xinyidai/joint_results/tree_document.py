"""Trees of a document: flat arrays of nodes that lead only forward, so they always end."""

from typing import Any

from xinyidai.joint_results.reading import Part, faulty, objects
from xinyidai.joint_results.values import MOST_DEPTH, MOST_NODES, MOST_TREES, Node, Spec


def trees_of(root: Part) -> tuple[tuple[Node, ...], ...]:
    """Return the trees, or note what is wrong with them."""
    rows = root.array("trees", 1, MOST_TREES)
    if sum(len(row) for row in rows if isinstance(row, list)) > MOST_NODES:
        root.fault("trees", f"所有树的节点合计不能超过 {MOST_NODES} 个。请减少树或剪枝。")
        return ()
    return tuple(_tree(row, f"trees[{place}]", root) for place, row in enumerate(rows))


def require_declared(spec: Spec, faults: dict[str, str]) -> None:
    """Note splits on inputs that are not declared, and inputs that no split uses."""
    declared = {entry.code for entry in spec.inputs}
    used = {node.code for tree in spec.trees for node in tree if node.code is not None}
    for code in sorted(used - declared):
        faulty(faults, "trees", f"树里用了“{code[:40]}”，但 inputs 里没有。请补上。")
    for code in sorted(declared - used):
        faulty(faults, "inputs", f"没有一棵树用到“{code[:40]}”。用不到的指标请删去。")


def _tree(row: Any, where: str, root: Part) -> tuple[Node, ...]:
    if not isinstance(row, list) or not row:
        faulty(root.faults, where, "每棵树须是节点的数组，至少一个节点。")
        return ()
    nodes = tuple(_node(part) for part in objects(row, where, root.faults))
    sentence = _crooked(nodes)
    if sentence:
        faulty(root.faults, where, sentence)
    return nodes


def _node(part: Part) -> Node:
    if "points" in part.left:
        node = Node(points=part.number("points"))
    else:
        node = Node(
            code=part.text("input", 64),
            below=part.number("below"),
            then=part.index("then"),
            other=part.index("else"),
        )
    part.close()
    return node


def _crooked(nodes: tuple[Node, ...]) -> str:
    """Return what is wrong with the shape; empty when every node is reached once, going forward."""
    depth = {0: 1}
    for place, node in enumerate(nodes):
        if place not in depth:
            return f"第 {place} 个节点没有上级。请检查 then 和 else。"
        if node.code is None:
            continue
        for child in (node.then, node.other):
            if not place < child < len(nodes) or child in depth:
                return f"第 {place} 个节点的 then 或 else 须指向后面的、未被指过的节点。"
            depth[child] = depth[place] + 1
    if max(depth.values(), default=0) > MOST_DEPTH:
        return f"深度不能超过 {MOST_DEPTH} 层。请剪枝。"
    return ""
