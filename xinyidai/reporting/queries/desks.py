"""What waits for the credit office."""

from datetime import date

from sqlalchemy import func, select

from xinyidai.applications.models import LoanApplication
from xinyidai.applications.queries import AT_BANK
from xinyidai.enterprises.models import PendingName
from xinyidai.kernel.db import db
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductVersionState
from xinyidai.reporting.values import OfficeDesk
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.queries import WAITING


def office_desk(today: date) -> OfficeDesk:
    """Return the counts of the office's first screen."""
    whitelist = select(func.count()).where(WhitelistEntry.state.in_(WAITING))
    products = select(func.count()).where(ProductVersion.state == ProductVersionState.UNDER_REVIEW)
    overdue = select(func.count()).where(
        LoanApplication.state.in_(AT_BANK), LoanApplication.promised_on < today
    )
    names = select(func.count()).where(PendingName.resolved_at.is_(None))
    counts = (whitelist, products, overdue, names)
    row = db.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return OfficeDesk(*(number or 0 for number in row))
