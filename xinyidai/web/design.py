"""The design sheet: every component once; mounted in demo mode only."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role

blueprint = Blueprint("design", __name__)


@blueprint.get("/_design")
@allow(Role.PUBLIC)
def sheet() -> ResponseReturnValue:
    """Show every token and component."""
    return render_template("design.html")
