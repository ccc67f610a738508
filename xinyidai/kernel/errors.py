"""Errors of the domain; `kernel.http` alone knows their HTTP statuses.

Messages are plain Chinese for the person who acts; `code` is stable for programs.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """Parent of every error a use case may raise on purpose."""

    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the sentence for the user, the code for programs and the facts behind both."""
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details: dict[str, Any] = dict(details or {})


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is not valid."""

    default_code = "unauthenticated"


class Forbidden(DomainError):
    """The actor's role may not do this."""

    default_code = "forbidden"


class NotFound(DomainError):
    """The object does not exist, or is none of the actor's business."""

    default_code = "not_found"


class Conflict(DomainError):
    """The object is in a state, or has a twin, that does not allow this."""

    default_code = "conflict"


class InvalidTransition(Conflict):
    """The lifecycle has no such step."""

    default_code = "invalid_transition"


class RuleBroken(DomainError):
    """A business rule says no."""

    default_code = "rule_broken"


class Unavailable(DomainError):
    """What is needed cannot be used now, by no fault of the caller; somebody must see to it."""

    default_code = "unavailable"


class InvalidInput(DomainError):
    """What came in is malformed; `fields` names each bad field with a sentence of its own."""

    default_code = "invalid_input"

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        code: str | None = None,
    ) -> None:
        """Keep one Chinese sentence for each bad field."""
        self.fields = dict(fields or {})
        super().__init__(message, code=code, details={"fields": self.fields} if fields else None)


def require_sound(faults: Mapping[str, str]) -> None:
    """Raise `InvalidInput` with all faults, if any."""
    if faults:
        raise InvalidInput("；".join(faults.values()), fields=faults)


class TooMany(DomainError):
    """A rate limit was reached; `retry_after` is in seconds."""

    default_code = "too_many"

    def __init__(self, message: str, *, retry_after: int) -> None:
        """Keep how long to wait."""
        super().__init__(message, details={"retry_after": retry_after})
        self.retry_after = retry_after
