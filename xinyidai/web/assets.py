"""Files that packages bring: htmx and a Chinese font for machines that have none."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, send_from_directory
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role

YEAR_SECONDS = 31_536_000

blueprint = Blueprint("assets", __name__)


def blueprints() -> tuple[Blueprint, ...]:
    """Return the blueprint that serves the packages' files."""
    return (blueprint,)


@blueprint.get("/static/htmx/htmx.min.js")
@allow(Role.PUBLIC)
def htmx() -> ResponseReturnValue:
    """Serve htmx from its package."""
    folder = _folder("js_lib_htmx") / "static" / "htmx"
    return send_from_directory(folder, "htmx.min.js", max_age=YEAR_SECONDS)


@blueprint.get("/static/fonts/NotoSansSC-Regular.otf")
@allow(Role.PUBLIC)
def font() -> ResponseReturnValue:
    """Serve the Chinese font; a browser asks only where the machine has none of its own."""
    folder = _folder("pylopdf_fonts_zh_cn")
    return send_from_directory(folder, "NotoSansSC-Regular.otf", max_age=YEAR_SECONDS)


def _folder(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {module} is not installed")
    return Path(spec.origin).parent
