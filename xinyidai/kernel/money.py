"""Money, 金额: integer 分 inside, 元 or 万元 at the border; never a float."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, Overflow

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.widths import half_width

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
LARGEST_FEN = 9_000_000_000_000_000  # 90 万亿元, within a signed 64-bit integer


@dataclass(frozen=True, order=True)
class Yuan:
    """An amount of renminbi, kept as whole 分."""

    fen: int

    @classmethod
    def of_yuan(cls, text: str | Decimal | int) -> "Yuan":
        """Read 元; more than two decimals, or no number, raise `InvalidInput`."""
        return cls(_to_fen(text, FEN_PER_YUAN))

    @classmethod
    def of_wan(cls, text: str | Decimal | int) -> "Yuan":
        """Read 万元; anything finer than a 分, or no number, raises `InvalidInput`."""
        return cls(_to_fen(text, FEN_PER_WAN))

    @property
    def wan(self) -> Decimal:
        """Return the amount in 万元."""
        return Decimal(self.fen) / FEN_PER_WAN

    def __str__(self) -> str:
        """Show 元 with two decimals."""
        return format_yuan(self.fen)


def _to_fen(text: str | Decimal | int, unit: int) -> int:
    cleaned = half_width(str(text)).replace(",", "")
    try:
        amount = Decimal(cleaned) * unit
    except InvalidOperation as error:
        raise InvalidInput(f"“{text}”不是金额，请填写数字，例如 50 或 12.5。") from error
    except Overflow as error:
        raise InvalidInput(f"“{cleaned}”超出了金额范围，请检查单位是否填错。") from error
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise InvalidInput(f"“{text}”精确到了分以下，请最多保留到分。")
    if abs(amount) > LARGEST_FEN:
        raise InvalidInput(f"“{text}”超出了金额范围，请检查单位是否填错。")
    return int(amount)


def format_yuan(fen: int | None) -> str:
    """Show 元 with thousands separators and two decimals; 数据不足 when absent."""
    return "数据不足" if fen is None else f"{Decimal(fen) / FEN_PER_YUAN:,.2f} 元"


def format_wan(fen: int | None) -> str:
    """Show 万元 without needless zeros; 数据不足 when absent."""
    if fen is None:
        return "数据不足"
    number = f"{Decimal(fen) / FEN_PER_WAN:,.6f}".rstrip("0").rstrip(".")
    return f"{number} 万元"
