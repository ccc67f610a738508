"""Applications at every stage, written straight into the tables that figures are counted from."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

from tests.factories import parties
from xinyidai.applications.models import (
    ApplicationStep,
    CreditDecision,
    Disbursement,
    LoanApplication,
)
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.applications.values import GuaranteeFlag, LoanKind
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.values import (
    GuaranteeKind,
    ProductKind,
    ProductVersionState,
    RepaymentMethod,
)

MONDAY = datetime(2026, 5, 11, 10, tzinfo=clock.TZ)
ROAD = ((A.SUBMIT, S.SUBMITTED), (A.ACCEPT, S.ACCEPTED), (A.INVESTIGATE, S.DUE_DILIGENCE), (A.SEND_TO_APPROVAL, S.IN_APPROVAL),
        (A.APPROVE, S.APPROVED), (A.SIGN, S.SIGNED), (A.DISBURSE, S.DISBURSED))  # fmt: skip
DECISIONS = {S.APPROVED: "approved", S.DECLINED: "declined"}
WAN = 1_000_000
numbers = count(1)


def product(
    bank: Institution, state: ProductVersionState = ProductVersionState.DRAFT
) -> ProductVersion:
    """Add a product with one version."""
    loan = LoanProduct(
        code=f"P{next(numbers)}",
        institution_id=bank.id,
        name="演示贷",
        kind=ProductKind.CREDIT_LOAN,
    )
    version = ProductVersion(
        product=loan, version=1, state=state, name="演示贷", kind=ProductKind.CREDIT_LOAN,
        guarantee=GuaranteeKind.CREDIT, repayment=RepaymentMethod.INTEREST_FIRST,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    return version


def application(
    bank: Institution,
    reached: S,
    *,
    submitted_at: datetime = MONDAY,
    days: int = 1,
    **changes: object,
) -> LoanApplication:
    """Add an application that came as far as `reached`, one step each `days` days, 10 万元."""
    version = product(bank)
    road = _road(reached)
    moments = [submitted_at + timedelta(days=days * number) for number in range(len(road))]
    times = {state: moment for (_, state), moment in zip(road, moments, strict=True)}
    decided = times.get(S.APPROVED) or times.get(S.DECLINED)
    facts: dict[str, object] = {
        "application_no": f"SQ{next(numbers):08d}", "request_key": uuid4(), "enterprise_id": parties.enterprise().id,
        "institution_id": bank.id, "product_id": version.product_id, "product_version_id": version.id,
        "amount_applied_fen": 10 * WAN, "term_months": 12, "loan_purpose": "采购", "contact_name": "张演示",
        "contact_phone": "13800000000", "state": reached, "submitted_at": submitted_at, "decided_at": decided,
        "amount_approved_fen": 10 * WAN if S.APPROVED in times else None,
    }  # fmt: skip
    row = LoanApplication(**{**facts, **changes})
    db.session.add(row)
    db.session.flush()
    before = S.DRAFT
    for (action, state), moment in zip(road, moments, strict=True):
        db.session.add(_step(row, action, before, state, moment))
        before = state
    if S.DISBURSED in times:
        _pay(row, times[S.DISBURSED])
    if S.APPROVED in times:
        _decide(row, S.APPROVED, decided)
    db.session.flush()
    return row


def declined(bank: Institution, *codes: str, days: int = 2) -> LoanApplication:
    """Add an application that was refused with these reasons."""
    row = application(bank, S.DECLINED, days=days)
    reasons = [{"code": code, "name": f"原因{code}"} for code in codes]
    _decide(row, S.DECLINED, row.decided_at, reasons)
    db.session.flush()
    return row


def first_loan(bank: Institution, amount_fen: int, **changes: object) -> LoanApplication:
    """Add a first loan on credit."""
    flags = {"loan_kind": LoanKind.FIRST, "guarantee": GuaranteeFlag.CREDIT}
    return application(bank, S.DISBURSED, amount_approved_fen=amount_fen, **{**flags, **changes})


def _road(reached: S) -> tuple[tuple[A, S], ...]:
    if reached is S.DECLINED:
        return (*ROAD[:2], (A.DECLINE, S.DECLINED))
    states = [state for _, state in ROAD]
    return ROAD[: states.index(reached) + 1]


def _step(
    row: LoanApplication, action: A, before: S, state: S, moment: datetime
) -> ApplicationStep:
    return ApplicationStep(
        application_id=row.id, action=action, from_state=before, to_state=state,
        actor_name="演示", role=Role.BANK_OFFICER, taken_at=moment,
    )  # fmt: skip


def _decide(
    row: LoanApplication,
    state: S,
    moment: datetime | None,
    reasons: list[dict[str, str]] | None = None,
) -> None:
    db.session.add(
        CreditDecision(
            application_id=row.id,
            outcome=DECISIONS[state],
            reasons=reasons or [],
            officer_name="演示",
            decided_at=moment,
            product_version_id=row.product_version_id,
            rules_version="test",
        )
    )


def _pay(row: LoanApplication, moment: datetime) -> None:
    row.disbursed_at = moment
    db.session.add(
        Disbursement(
            application_id=row.id,
            loan_no=f"L{next(numbers)}",
            amount_fen=row.amount_approved_fen,
            rate=Decimal("0.04"),
            disbursed_on=moment.date(),
            due_on=moment.date() + timedelta(days=365),
        )
    )
