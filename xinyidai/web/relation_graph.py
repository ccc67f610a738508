"""Where the boxes and lines of a relation graph stand, 关系图; pure geometry for one SVG.

The firm stands left, the others below each other at the right: 360 units wide, so that every word
can be read on a phone without scrolling sideways.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
FIRM_WIDTH, FIRM_HEIGHT = 78, 44
NODE_LEFT, NODE_HEIGHT, GAP = 148, 46, 10
MOST_NODES = 8
LONGEST_NAME, LONGEST_NOTE = 14, 17  # in widths of a Chinese character
NARROW = 0.58  # a digit or a Latin letter


@dataclass(frozen=True)
class Node:
    """What is drawn of one party: its words, and which shape and line it has."""

    name: str
    note: str
    is_person: bool
    is_named: bool
    outward: bool


@dataclass(frozen=True)
class Box:
    """One box with its line: `path` from the firm, `arrow` the head, at the end it points to."""

    node: Node
    y: float
    name: str
    note: str
    path: str
    arrow: str


@dataclass(frozen=True)
class Graph:
    """A drawn graph; `hidden` is how many parties stand in the table only."""

    height: float
    firm_y: float
    boxes: tuple[Box, ...]
    hidden: int


def draw(nodes: Sequence[Node]) -> Graph:
    """Place the first parties of a list; the caller puts the most important first."""
    shown = nodes[:MOST_NODES]
    height = max(FIRM_HEIGHT, len(shown) * (NODE_HEIGHT + GAP) - GAP) + 8
    middle = height / 2
    boxes = tuple(_box(node, number, middle) for number, node in enumerate(shown))
    return Graph(height, middle - FIRM_HEIGHT / 2, boxes, len(nodes) - len(shown))


def _box(node: Node, number: int, middle: float) -> Box:
    top = 4 + number * (NODE_HEIGHT + GAP)
    y, start = top + NODE_HEIGHT / 2, FIRM_WIDTH + 2
    bend = (start + NODE_LEFT) / 2
    path = f"M{start} {middle:g}C{bend:g} {middle:g} {bend:g} {y:g} {NODE_LEFT} {y:g}"
    # An arrow to the firm would lie on all the others; it stands on the line's own end instead.
    tip = NODE_LEFT - 1 if node.outward else NODE_LEFT - 12
    tail = NODE_LEFT - 11 if node.outward else NODE_LEFT - 2
    arrow = f"M{tip} {y:g}L{tail} {y - 5:g}V{y + 5:g}Z"
    return Box(node, top, _cut(node.name, LONGEST_NAME), _cut(node.note, LONGEST_NOTE), path, arrow)


def _cut(text: str, most: int) -> str:
    if sum(map(_width, text)) <= most:
        return text
    width, kept = 0.0, ""
    for letter in text:
        width += _width(letter)
        if width > most - 1:
            break
        kept += letter
    return f"{kept}…"


def _width(letter: str) -> float:
    return NARROW if letter.isascii() else 1
