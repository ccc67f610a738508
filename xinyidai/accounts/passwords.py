"""Passwords: hashing, strength, lockout; no database.

Strength follows length and a short list of the commonest choices; no composition rules and no
forced rotation (OWASP ASVS 5.0, 6.2).
"""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST = 10
LONGEST = 128
MOST_FAILURES = 5
LOCK = timedelta(minutes=15)
COMMONEST = frozenset(
    {"1234567890", "0123456789", "password12", "qwertyuiop", "1q2w3e4r5t", "a123456789"}
)

# 19 MiB, two passes, one lane: the smallest setting OWASP names; keeps sign-in near 30 ms.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified for unknown logins, so that they take as long as known ones.
_nobody = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the argon2id hash."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is right; takes the same time when there is no hash."""
    try:
        _hasher.verify(password_hash or _nobody, password[:LONGEST])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def weakness(password: str, login: str) -> str | None:
    """Return what is wrong with a new password in one Chinese sentence, or None."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符，可以用一句好记的话。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符。"
    if password.lower() in COMMONEST or len(set(password)) == 1:
        return "这个密码太常见，请换一个。"
    if login and login.lower() in password.lower():
        return "密码里不要包含登录名。"
    return None


def locked_until(failed_count: int, moment: datetime) -> datetime | None:
    """Return until when the account stays locked after this many failures in a row."""
    return moment + LOCK if failed_count >= MOST_FAILURES else None
