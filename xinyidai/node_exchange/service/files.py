"""Packages by file, 离线交换: for peers that no line reaches; the same bytes, the same checks."""

import dataclasses
import json
from pathlib import Path

from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.node_exchange import policies, queries
from xinyidai.node_exchange.service import bodies, building, receiving, serving
from xinyidai.node_exchange.service.receiving import Outcome
from xinyidai.node_exchange.unpacking import LARGEST_PACKAGE, read_signed

RECEIPT = ".receipt.json"


def export_to(actor: Actor, code: str, folder: Path, *, everything: bool = False) -> list[Path]:
    """Make what is due for a peer, and write every package without a receipt into a folder.

    With `everything` all records in force are sent once more.
    """
    with own_transaction():
        node = policies.require_found(queries.find_by_code(code))
        node_id = node.id
        if everything:
            building.restart(actor, node_id)
    for _ in building.build_round(actor, node_id):
        pass
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with own_transaction():
        waiting = [p for p in queries.sent_from(node_id, 1) if p.receipt == {}]
        return [_write(folder / f"{code}-{p.sequence:06d}.zip", bodies.read(p.id)) for p in waiting]


def import_file(path: Path) -> Outcome | None:
    """Take in a package, or a receipt that came back by file (then None).

    The receipt for a package is written beside it.

    Raises:
        InvalidInput: the file cannot be read, or is a receipt for nothing of ours.

    """
    data = _read(path)
    if path.name.endswith(".json"):
        with own_transaction():
            serving.accept_receipt(read_signed(_loaded(data, path)))
        return None
    with own_transaction():
        outcome = receiving.receive(data)
    if outcome.receipt is not None:
        text = json.dumps(dataclasses.asdict(outcome.receipt), ensure_ascii=False, indent=2)
        _write(path.with_name(path.name + RECEIPT), text.encode())
    return outcome


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_PACKAGE:
            raise InvalidInput(f"文件“{path.name}”超过交换包的大小上限，请对方拆分。")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"文件“{path.name}”无法读取：{error.strerror}。") from error


def _loaded(data: bytes, path: Path) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"文件“{path.name}”不是回执。") from error


def _write(path: Path, data: bytes) -> Path:
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"无法写到“{path.name}”：{error.strerror}。请换一个位置。") from error
    return path
