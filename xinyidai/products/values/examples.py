"""Examples of a product version, 样例: invented firms as field values, and what must come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinyidai.products.values.criteria import Finding
from xinyidai.products.values.kinds import Outcome
from xinyidai.products.values.subject import Reading

LEAST_OF_EACH = 3
MOST_EXAMPLES = 60


class ExampleOrigin(StrEnum):
    """Who wrote an example."""

    PERSON = "person"  # 人工填写或确认
    SCRIPT = "script"  # 程序按条件自动生成，导入时使用


@dataclass(frozen=True)
class Example:
    """An invented firm by what its fields read, and the outcome the product must come to.

    A field that `readings` does not name is missing, 缺数据.
    """

    name: str
    expected: Outcome
    readings: Mapping[str, Reading]
    origin: ExampleOrigin = ExampleOrigin.PERSON


@dataclass(frozen=True)
class ExampleResult:
    """What the criteria say of an example; `decisive` are those that led away from 符合."""

    example: Example
    got: Outcome
    decisive: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Tell whether the outcome is the one that was expected."""
        return self.got is self.example.expected
