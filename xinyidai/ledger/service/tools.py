"""The stand-alone tools, each joined into one file that outsiders can read and run."""

import re
from collections.abc import Mapping
from importlib.resources import files

from xinyidai.kernel.errors import NotFound

HOME = "xinyidai.ledger"
# Of each tool the parts that come before it, lowest first.
TOOLS: Mapping[str, tuple[str, ...]] = {
    "verify_ledger.py": (
        "standalone/signatures.py",
        "standalone/scanning.py",
        "standalone/verifying.py",
    ),
    "witness.py": ("standalone/signatures.py", "merkle.py"),
}
OWN_IMPORT = re.compile(r"^from xinyidai\.[\w.]+ import (?:\([^)]*\)|[^\n]*)\n", re.MULTILINE)
DOCSTRING = re.compile(r'\A"""(.*?)"""\n', re.DOTALL)


def tool(name: str) -> str:
    """Return the source of a tool as one file.

    Raises:
        NotFound: there is no such tool.

    """
    if name not in TOOLS:
        raise NotFound("没有这个工具。")
    main = _source(f"standalone/{name}")
    head = DOCSTRING.match(main)
    body = main[head.end() :] if head else main
    parts = [_part(path) for path in TOOLS[name]]
    own = OWN_IMPORT.sub("", body)
    return f'#!/usr/bin/env python3\n"""{head[1] if head else name}"""\n{"".join(parts)}\n{own}'


def _part(path: str) -> str:
    """Return a part with its docstring as a comment and without its imports of ours."""
    source = _source(path)
    head = DOCSTRING.match(source)
    title = head[1].strip().splitlines()[0] if head else path
    body = source[head.end() :] if head else source
    return f"\n# --- {title} ---\n{OWN_IMPORT.sub('', body)}"


def _source(path: str) -> str:
    return files(HOME).joinpath(path).read_text(encoding="utf-8")
