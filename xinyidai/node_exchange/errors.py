"""Why a package or a message of another node is refused; the sentence says what to do."""

from typing import Any, ClassVar

from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput


class PackageRefused(InvalidInput):
    """The package is not what it must be; `code` is stable for programs."""

    default_code: ClassVar[str] = "bad_package"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Keep the sentence and the code."""
        super().__init__(message, code=code)


class NodeRefused(Forbidden):
    """Who speaks is not a node that may speak to us, or cannot prove that it is."""

    default_code: ClassVar[str] = "unknown_node"


class OutOfOrder(Conflict):
    """The package does not follow the last one that was taken; `expected` is the next number."""

    default_code: ClassVar[str] = "sequence_gap"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        """Keep the sentence, the code and which number is expected."""
        super().__init__(message, code=code, details=details)
