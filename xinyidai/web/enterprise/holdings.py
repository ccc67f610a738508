"""Everything the platform holds about the firm, 平台掌握的我的信息: on one page, and as a file.

Reading the credit records is a look that is logged, so their numbers and the file come by POST.
"""

from flask import render_template
from flask.typing import ResponseReturnValue

from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.web.enterprise import holding_view as view
from xinyidai.web.enterprise.base import actor, blueprint, firm_id
from xinyidai.web.enterprise.queries import get_firm
from xinyidai.web.enterprise.receipts import json_file


@blueprint.get("/holdings")
@allow(Role.ENTERPRISE_USER)
def holdings() -> ResponseReturnValue:
    """Show every group with its number; the records are counted when asked for."""
    return render_template(
        "enterprise/holdings.html",
        firm=get_firm(firm_id()),
        groups=view.groups_of(actor(), firm_id()),
        kinds=None,
    )


@blueprint.post("/holdings")
@allow(Role.ENTERPRISE_USER)
def holdings_with_records() -> ResponseReturnValue:
    """Show the same with the credit records by kind; this look is logged."""
    with own_transaction():
        facts = credit_records.read_own(actor(), firm_id())
    return render_template(
        "enterprise/holdings.html",
        firm=get_firm(firm_id()),
        groups=view.groups_of(actor(), firm_id()),
        kinds=view.kinds_of(firm_id(), facts),
    )


@blueprint.post("/holdings/file")
@allow(Role.ENTERPRISE_USER)
def holdings_file() -> ResponseReturnValue:
    """Give everything as one JSON file, made now; this look is logged."""
    with own_transaction():
        facts = credit_records.read_own(actor(), firm_id())
    document = view.document_of(actor(), get_firm(firm_id()), facts)
    return json_file(document, f"holdings-{clock.today():%Y%m%d}.json")
