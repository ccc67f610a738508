"""Small files that are what they say, and some that are not."""

import struct
import zlib


def pdf(mark: str = "1") -> bytes:
    return f"%PDF-1.4\n% {mark}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n".encode()


def png(mark: bytes = b"1") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"tEXt", b"mark\x00" + mark)
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def jpeg(mark: bytes = b"1") -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + mark + b"\xff\xd9"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
ZIP = b"PK\x03\x04" + b"\x00" * 60
SCRIPTED_PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF"
HIDDEN_SCRIPT_PDF = b"%PDF-1.7\n1 0 obj<</S/J#61vaScript>>endobj\n%%EOF"
LOCKED_PDF = b"%PDF-1.7\ntrailer<</Encrypt 5 0 R>>\n%%EOF"
CUT_PDF = b"%PDF-1.7\n1 0 obj"
BAD_FILES = {
    "svg with a script": ("资质.svg", SVG),
    "svg called png": ("资质.png", SVG),
    "html called pdf": ("资质.pdf", HTML),
    "zip called jpg": ("资质.jpg", ZIP),
    "pdf with a script": ("资质.pdf", SCRIPTED_PDF),
    "pdf with a script written in codes": ("资质.pdf", HIDDEN_SCRIPT_PDF),
    "pdf with a password": ("资质.pdf", LOCKED_PDF),
    "pdf cut off": ("资质.pdf", CUT_PDF),
    "nothing": ("资质.pdf", b""),
}
