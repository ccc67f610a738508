"""PDF documents from typst templates: data is never markup, equal input gives equal bytes.

Every document is PDF/UA-1: tagged, with title and language, so that a screen reader reads it. The
fonts are those of the installed package; whatever font files lie in `fonts` below XINYIDAI_DATA
come after them, for characters that they lack.
"""

import io
import json
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import segno
import typst

from xinyidai.kernel.settings import load_settings

STANDARD: Final = "ua-1"
FIRST_FAMILY = "Noto Sans SC"
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
OWN_FONTS = "fonts"
QR_CORRECTION = "q"  # a quarter of the code may be dirty or creased, as paper is
KEPT_CONTROLS = {ord("\n"): "\n", ord("\t"): " "}
INVISIBLE = frozenset({"Cc", "Cf"})  # controls, and what turns or joins text without being seen
VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class _Shown(dict[int, str]):
    """For `str.translate`: what stands for a character, worked out when it is first met.

    A character that no font can draw becomes its code, such as 〔U+20BB7〕: a box would lose it.
    """

    def __init__(self, drawable: frozenset[int]) -> None:
        super().__init__(KEPT_CONTROLS)
        self.drawable = drawable

    def __missing__(self, code: int) -> str:
        invisible = unicodedata.category(chr(code)) in INVISIBLE
        if invisible or any(code in block for block in VARIATION_SELECTORS):
            shown = ""
        else:
            shown = chr(code) if code in self.drawable else f"〔U+{code:04X}〕"
        self[code] = shown
        return shown


@dataclass(frozen=True)
class _Fonts:
    """Loaded fonts, their families in the order in which they are tried, and what they draw."""

    loaded: typst.Fonts
    families: tuple[str, ...]
    shown: _Shown


def render(template: Path, data: Mapping[str, Any], *, qr: str | None = None) -> bytes:
    """Return the PDF that a template makes of the data, with `qr` as its two-dimensional code.

    The template reads `json(bytes(sys.inputs.at("data")))`, the families to set its text in from
    `fonts` in the same way, and an SVG from `sys.inputs.at("qr")`, empty without a code. It may
    read files of its own folder only. It must set a title, and no date.

    Raises:
        typst.TypstError: the template is wrong, or breaks PDF/UA-1.
        TypeError: the data holds something that JSON cannot say.

    """
    fonts = _load_fonts(_folders())
    made = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=fonts.loaded,
        sys_inputs={
            "data": json.dumps(_printable(data, fonts.shown), ensure_ascii=False),
            "fonts": json.dumps(fonts.families),
            "qr": _qr_svg(qr) if qr else "",
        },
        pdf_standards=[STANDARD],
    )
    if not isinstance(made, bytes):
        raise TypeError("typst returned pages instead of one document")
    return made


def _printable(value: Any, shown: _Shown) -> Any:
    """Return the data with every text as the fonts can show it; the keys are the template's."""
    if isinstance(value, str):
        return value.translate(shown)
    if isinstance(value, Mapping):
        return {key: _printable(inner, shown) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner, shown) for inner in value]
    return value


def _qr_svg(content: str) -> str:
    stream = io.BytesIO()
    code = segno.make(content, error=QR_CORRECTION, micro=False)
    code.save(stream, kind="svg", xmldecl=False, svgns=True)
    return stream.getvalue().decode()


def _folders() -> tuple[Path, ...]:
    package = find_spec(FONT_PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"no module named {FONT_PACKAGE!r}", name=FONT_PACKAGE)
    own = load_settings().data / OWN_FONTS
    return (Path(package.origin).parent, *([own] if own.is_dir() else []))


@lru_cache(maxsize=4)
def _load_fonts(folders: tuple[Path, ...]) -> _Fonts:
    loaded = _typst_fonts(folders)
    own = _typst_fonts(folders[1:]).families() if folders[1:] else []
    # Only what typst could load counts: a damaged file draws nothing, whatever its table says.
    files = sorted({Path(font.path) for font in loaded.fonts() if font.path})
    drawable = frozenset(code for file in files for code in _codes_of(file.read_bytes()))
    return _Fonts(loaded, (FIRST_FAMILY, *own), _Shown(drawable))


def _typst_fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )


def _codes_of(font: bytes) -> Iterator[int]:
    """Yield the characters that a font file, or each font of a collection, has a glyph for.

    Only `cmap` tables of format 12 are read (OpenType 1.9, `cmap`): a font with rare characters
    always has one, since format 4 ends at U+FFFF.
    """
    starts = (0,)
    if font[:4] == b"ttcf":
        (count,) = struct.unpack_from(">I", font, 8)
        starts = struct.unpack_from(f">{count}I", font, 12)
    for start in starts:
        (tables,) = struct.unpack_from(">H", font, start + 4)
        for place in range(start + 12, start + 12 + 16 * tables, 16):
            tag, _, offset, _ = struct.unpack_from(">4sIII", font, place)
            if tag == b"cmap":
                yield from _codes_of_table(font, offset)


def _codes_of_table(font: bytes, table: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", font, table + 2)
    for place in range(table + 4, table + 4 + 8 * count, 8):
        (offset,) = struct.unpack_from(">I", font, place + 4)
        if struct.unpack_from(">H", font, table + offset) == (12,):
            (groups,) = struct.unpack_from(">I", font, table + offset + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(
                    ">III", font, table + offset + 16 + 12 * group
                )
                yield from range(first if glyph else first + 1, last + 1)
