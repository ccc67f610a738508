"""Read parts of a document place by place, and note what is wrong where, 逐项说明."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from xinyidai.kernel.errors import InvalidInput

MOST_FAULTS = 20
LACKING = "缺少这一项，请补上。"
E = TypeVar("E", bound=StrEnum)


class Part:
    """One object of the document; what is read is crossed off, what is left over is unknown."""

    def __init__(self, content: Mapping[str, Any], where: str, faults: dict[str, str]) -> None:
        """Keep the place's name for the faults, which all parts of a document share."""
        self.left = dict(content)
        self.where = where
        self.faults = faults

    def fault(self, name: str, sentence: str) -> None:
        """Note what is wrong at a name of this part."""
        faulty(self.faults, f"{self.where}{name}", sentence)

    def text(self, name: str, longest: int) -> str:
        """Return a line of text, or note a fault and return an empty one."""
        found = self.left.pop(name, None)
        if found is None:
            self.fault(name, LACKING)
        elif not isinstance(found, str) or not found.strip().isprintable() or not found.strip():
            self.fault(name, "须是一行文字，不能为空。")
        elif len(found) > longest:
            self.fault(name, f"不超过 {longest} 个字。")
        else:
            return found.strip()
        return ""

    def number(self, name: str) -> float:
        """Return a number, or note a fault and return 0."""
        found = self.left.pop(name, None)
        if found is None:
            self.fault(name, LACKING)
        elif isinstance(found, bool) or not isinstance(found, int | float):
            self.fault(name, "须是数字，不加引号。")
        else:
            return float(found)
        return 0.0

    def index(self, name: str) -> int:
        """Return a whole number of at least 0, or note a fault and return 0."""
        found = self.number(name)
        if found != int(found) or found < 0:
            self.fault(name, "须是节点序号（从 0 开始的整数）。")
            return 0
        return int(found)

    def choice(self, name: str, members: type[E], fallback: E) -> E:
        """Return a member of a fixed list, or note a fault and return the fallback."""
        found = self.text(name, 40)
        try:
            return members(found)
        except ValueError:
            self.fault(name, f"请写其中之一：{'、'.join(members)}。")
            return fallback

    def part(self, name: str) -> "Part | None":
        """Return an object inside this one, or note a fault and return None."""
        found = self.left.pop(name, None)
        if isinstance(found, Mapping):
            return Part(found, f"{self.where}{name}.", self.faults)
        if name == "missing":
            self.fault(
                name, "没有写明数据不足时怎么办，请写 missing（no_record 和 stale 各一个数）。"
            )
        else:
            self.fault(name, LACKING)
        return None

    def array(self, name: str, fewest: int, most: int) -> list[Any]:
        """Return an array of so many elements, or note a fault and return none."""
        found = self.left.pop(name, None)
        if not isinstance(found, list):
            self.fault(name, "须是数组（方括号）。")
        elif not fewest <= len(found) <= most:
            self.fault(name, f"须有 {fewest} 到 {most} 个，现在有 {len(found)} 个。")
        else:
            return found
        return []

    def parts(self, name: str, fewest: int, most: int) -> list["Part"]:
        """Return the objects of an array, or note a fault and return none."""
        return objects(self.array(name, fewest, most), f"{self.where}{name}", self.faults)

    def close(self) -> None:
        """Note every name that nobody asked for."""
        for name in sorted(self.left):
            self.fault(name[:40], "不认识这一项，请删去。")


def objects(rows: list[Any], where: str, faults: dict[str, str]) -> list[Part]:
    """Return the elements as parts; note each that is no object and return none then."""
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            faulty(faults, f"{where}[{place}]", "须是一个对象（花括号）。")
            return []
    return [Part(row, f"{where}[{place}].", faults) for place, row in enumerate(rows)]


def faulty(faults: dict[str, str], where: str, sentence: str) -> None:
    """Note a fault; the first at a place stays, and after twenty no more are noted."""
    if len(faults) < MOST_FAULTS:
        faults.setdefault(where, sentence)


def require_sound(faults: Mapping[str, str]) -> None:
    """Raise `InvalidInput` with every place that is wrong, if any."""
    if faults:
        where, sentence = next(iter(faults.items()))
        raise InvalidInput(
            f"模型文件有 {len(faults)} 处需要修改。第一处在 {where}：{sentence}",
            fields=faults,
            code="joint_model_invalid",
        )
