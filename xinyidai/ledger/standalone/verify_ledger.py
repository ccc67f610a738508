"""Verify an export of the evidence log by public keys alone, 台账独立核验工具.

    python verify_ledger.py EXPORT --key VKEY [--witness VKEY] [--witness-checkpoint FILE]

Needs Python 3.11 and the package `cryptography`, and nothing of the platform. The keys must come
from outside, never out of the export. Exit 0: everything fits. 1: something does not; the first
bad entry is named, else the first bad sealed interval. 2: the check could not be made.
What is checked, and what this does not prove, stands in docs/ledger.md.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xinyidai.ledger.standalone.scanning import ENTRY_KINDS
from xinyidai.ledger.standalone.signatures import COSIGNATURE, parse_key, split_notes
from xinyidai.ledger.standalone.verifying import TOLERANCE, Given, Unusable, verify


def in_words(problem: dict[str, Any]) -> str:
    """Return a problem as a line in both languages."""
    start, end, month = problem["start"], problem["end"], problem["month"]
    if problem["kind"] in ENTRY_KINDS:
        where = f"{month} #{start} ({problem['entry_id'] or '-'})"
    else:
        where = f"{month} [{start}, {end})"
    return f"{where} {problem['zh']} / {problem['en']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        report = verify(options.export, _given(options))
    except (Unusable, OSError) as error:
        sys.stdout.write(f"无法核验 / cannot verify: {error}\n")
        return 2
    if options.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_summary(report))
    return 0 if report["ok"] else 1


def _summary(report: dict[str, Any]) -> str:
    verdict = "核验通过 / OK" if report["ok"] else "核验未通过 / FAILED"
    to = report["witnessed_to"]
    lines = [
        verdict,
        *(f"  {in_words(problem)}" for problem in report["problems"]),
        f"条目 / entries: {report['entries']}，{report['months']}",
        f"已删除的人员信息 / erased persons: {report['erased_persons']}",
        f"见证 / witnessed: {report['witnesses']}，{f'{to[0]} [0, {to[1]})' if to else '-'}",
    ]
    return "\n".join(lines) + "\n"


def _given(options: argparse.Namespace) -> Given:
    try:
        keys = [parse_key(text) for text in options.key]
        witnesses = [parse_key(text) for text in options.witness]
    except ValueError as error:
        raise Unusable(f"公钥的格式不对 / not a public key: {error}") from error
    same_name = len({key.name for key in keys}) == 1
    if not same_name or any(key.type != COSIGNATURE for key in witnesses):
        raise Unusable("公钥不属于同一台账，或不是见证方的公钥 / keys do not belong together")
    notes = [path.read_text(encoding="utf-8") for path in options.witness_checkpoint]
    own = [note for text in notes for note in split_notes(text)]
    wanted = (options.require_witnesses, options.since, options.tolerance, options.processes)
    return Given(keys, witnesses, own, *wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="台账独立核验 / verify an export of the ledger")
    add = parser.add_argument
    add("export", type=Path, help="导出目录 / folder of the export")
    add("--key", action="append", required=True, metavar="VKEY", help="台账公钥 / the log's key")
    add("--witness", action="append", default=[], metavar="VKEY", help="见证方公钥 / its key")
    add("--witness-checkpoint", action="append", default=[], type=Path, metavar="FILE",
        help="见证方自存的检查点 / what a witness kept")  # fmt: skip
    add("--require-witnesses", type=int, default=0, metavar="N", help="至少几家见证 / at least N")
    add("--since", metavar="YYYY-MM", help="最早的月段，之前的已按期清除 / the first month kept")
    add("--tolerance", type=int, default=TOLERANCE, help="秒 / seconds (default %(default)s)")
    add("--processes", type=int, default=min(os.cpu_count() or 1, 8), help=argparse.SUPPRESS)
    add("--json", action="store_true", help="输出 JSON / print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
