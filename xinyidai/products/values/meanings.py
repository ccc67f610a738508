"""What amount, price and money mean for a kind of product that is no plain loan, 产品口径.

Factoring pays against receivables; credit insurance pays out nothing: its price is a premium,
保费, which is a fee of the cost sheet and never interest, 利息.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xinyidai.products.values.kinds import ProductKind


@dataclass(frozen=True)
class KindMeaning:
    """What the fields of a kind say: `lends` is whether money is paid out and borne interest on."""

    amount: str = "额度"
    price: str = "年利率"
    charge: str = "利息"
    basis: str = "年利率"
    about: str = ""
    lends: bool = True


LOAN = KindMeaning()
MEANINGS: Mapping[ProductKind, KindMeaning] = {
    ProductKind.FACTORING: KindMeaning(
        amount="融资额度",
        charge="融资利息",
        basis="年利率，按实际占用的天数",
        about="商业保理：把对买方的应收账款转让出去，先拿到货款。额度以买方确认的应收账款为限，买方付款时归还；"
        "除融资利息外另收的保理手续费列在清单里。",
    ),
    ProductKind.CREDIT_INSURANCE: KindMeaning(
        amount="保险金额",
        price="年保费率",
        charge="利息",
        basis="不发放贷款，不收利息",
        about="信用保险：买方拖欠或破产时，由保险公司按约定赔付。不发放贷款，企业付的是保费，不是利息；"
        "保单可以作为向银行融资的增信。",
        lends=False,
    ),
}


def meaning_of(kind: ProductKind) -> KindMeaning:
    """Return what the fields of a kind say; most kinds are loans."""
    return MEANINGS.get(kind, LOAN)
