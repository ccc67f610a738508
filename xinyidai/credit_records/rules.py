"""Rules of looks, pure: what may be shown under a mode, digests, life of a snapshot."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.consents.values import ConsentMode, RefusalReason
from xinyidai.credit_records.values import RESULT_SUBJECTS, DisclosureSubject


def mode_reasons(mode: ConsentMode, subject: DisclosureSubject) -> list[RefusalReason]:
    """Return why the mode of a consent forbids the subject: 仅结果 shows results only.

    A bank's own model runs only where the firm chose that mode: it agreed to that and no more.
    """
    if subject is DisclosureSubject.JOINT_RESULT and mode is not ConsentMode.RESULT:
        return [RefusalReason.RESULT_MODE_ONLY]
    if mode is not ConsentMode.RESULT or subject in RESULT_SUBJECTS:
        return []
    return [RefusalReason.MODE_NOT_COVERED]


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON (keys sorted, no spaces, UTF-8), hexadecimal.

    Raises:
        TypeError: the content is not plain JSON.
        ValueError: it holds a NaN or an infinity.

    """
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return sha256(canonical.encode()).hexdigest()


def end_of_life(made_at: datetime, data_life_days: int) -> datetime:
    """Return the moment from which a snapshot may no longer be read, 留存期限."""
    return made_at + timedelta(days=data_life_days)


def record_key(enterprise_id: UUID, kind: str, source: str, natural_key: str) -> str:
    """Return the name under which one record is known through all its versions, hexadecimal.

    A digest, because cases lie outside the schema `credit` and must not say what a record says.
    """
    content = {"firm": str(enterprise_id), "kind": kind, "source": source, "key": natural_key}
    return digest(content)
