"""The guarantor's first screen, 担保机构: what waits for a guarantee."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role

blueprint = Blueprint("guarantor", __name__, url_prefix="/guarantor")


@blueprint.get("")
@allow(Role.GUARANTOR)
def home() -> ResponseReturnValue:
    """Say that applications do not reach guarantors on the platform yet."""
    return render_template("bank/guarantor.html")
