"""Cost sheets of the invented products: what each kind of loan costs beside interest."""

from decimal import Decimal

from xinyidai.products.values import BorneBy, CostBasis, CostCode, CostItem, ProductKind

_GUARANTEE = CostItem(
    CostCode.GUARANTEE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.008"), note="市担保公司收取"
)
_SUBSIDY = CostItem(
    CostCode.INSURANCE_FEE,
    CostBasis.PER_YEAR_OF_AMOUNT,
    Decimal("0.005"),
    BorneBy.GOVERNMENT,
    "财政补贴保费",
)
_EVALUATION = CostItem(
    CostCode.EVALUATION_FEE, CostBasis.ONCE_FIXED, 300_000, BorneBy.BANK, "银行委托评估"
)
_REGISTRATION = CostItem(
    CostCode.REGISTRATION_FEE, CostBasis.ONCE_FIXED, 8_000, BorneBy.BANK, "抵押登记"
)
_NOTARY = CostItem(CostCode.NOTARY_FEE, CostBasis.ONCE_OF_AMOUNT, Decimal("0.0008"))
_IP_EVALUATION = CostItem(CostCode.EVALUATION_FEE, CostBasis.ONCE_FIXED, 500_000)
_FACTORING = CostItem(
    CostCode.SERVICE_FEE, CostBasis.ONCE_OF_AMOUNT, Decimal("0.003"), note="保理手续费"
)
_PREMIUM = CostItem(
    CostCode.INSURANCE_FEE,
    CostBasis.PER_YEAR_OF_AMOUNT,
    Decimal("0.006"),
    note="保费，按保险金额计",
)
_UNSAID = CostItem(CostCode.SERVICE_FEE, CostBasis.ONCE_OF_AMOUNT, None, note="按合同约定")

# Credit loans cost interest only; supply chain finance shows what a fee not published looks like.
_SHEETS: dict[ProductKind, tuple[CostItem, ...] | None] = {
    ProductKind.MORTGAGE_LOAN: (_EVALUATION, _REGISTRATION, _NOTARY),
    ProductKind.GUARANTEED_LOAN: (_GUARANTEE,),
    ProductKind.POLICY_LOAN: (_GUARANTEE, _SUBSIDY),
    ProductKind.IP_PLEDGE_LOAN: (_IP_EVALUATION, _REGISTRATION),
    ProductKind.SUPPLY_CHAIN: (_UNSAID,),
    ProductKind.FACTORING: (_FACTORING,),
    ProductKind.CREDIT_INSURANCE: (_PREMIUM,),
    ProductKind.ENTRUSTED_LOAN: None,
}


def sheet_of(kind: ProductKind) -> tuple[CostItem, ...] | None:
    """Return the sheet of an invented product; None is one that was not published."""
    return _SHEETS.get(kind, ())
