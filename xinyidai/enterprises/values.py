"""Words of the enterprise slice, 企业."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Lists of firms that a department delivers whole and no record kind carries, 名单.
DELIVERED_LISTS = {
    "first_loan": "无贷户名单",
    "gazelle": "瞪羚企业名单",
    "unicorn": "独角兽企业名单",
}
# Of these a department may declare that a list names every firm of a region, 完整名单. From a list
# of firms that never borrowed nobody can read that the others did.
TITLE_LISTS = frozenset({"gazelle", "unicorn"})
# For so long a complete list speaks for the firms it does not name; then that is 数据不足 again.
COMPLETE_FOR_DAYS = 365
ABSENT = "none:"  # begins what the register keeps of a firm that a complete list does not name
# What the register keeps of a firm that was paid a loan through this platform, beside its titles.
BORROWED_MARK = "borrowed"


class RegistrationStatus(StrEnum):
    """Whether the registry still holds the firm, 登记状态."""

    ACTIVE = "active"  # 存续
    CANCELLED = "cancelled"  # 注销
    REVOKED = "revoked"  # 吊销
    MOVED_OUT = "moved_out"  # 迁出
    UNKNOWN = "unknown"  # 未知


class EnterpriseScale(StrEnum):
    """Size class of a firm, 企业规模."""

    LARGE = "large"  # 大型
    MEDIUM = "medium"  # 中型
    SMALL = "small"  # 小型
    MICRO = "micro"  # 微型


class EnterpriseOrigin(StrEnum):
    """How the platform came to know the firm, 企业来源."""

    REGISTRY = "registry"  # 登记库
    RECORD = "record"  # 信用记录
    SELF = "self"  # 自行注册


class Measure(StrEnum):
    """What the size classes are measured by, 划型指标."""

    EMPLOYEES = "employees"  # 从业人员
    REVENUE = "revenue"  # 营业收入
    ASSETS = "assets"  # 资产总额


class CodeFault(StrEnum):
    """What is wrong between codes and names, 重错码."""

    DUPLICATE = "duplicate"  # 重码: one code on several subjects
    WRONG_LENGTH = "wrong_length"  # 错码: 长度不对
    WRONG_CHARACTER = "wrong_character"  # 错码: 字符不对
    WRONG_CHECK_DIGIT = "wrong_check_digit"  # 错码: 校验位不对
    NAME_MISMATCH = "name_mismatch"  # 错码: 名称与登记不一致


@dataclass(frozen=True)
class SizeFacts:
    """What a size class is decided by: amounts in fen, last year; None is 数据不足, never zero."""

    industry_code: str | None
    employees: int | None = None
    revenue_fen: int | None = None
    assets_fen: int | None = None
    uscc: str | None = None


@dataclass(frozen=True)
class ScaleFinding:
    """A size class, or the Chinese reason why there is none, with the version of the table."""

    scale: EnterpriseScale | None
    reason: str | None
    table_version: str


@dataclass(frozen=True)
class CodeFinding:
    """One fault of one code; `names` are the subjects that carry it, in the order met."""

    fault: CodeFault
    code: str
    names: tuple[str, ...]
    message: str


def absent_mark(code: str, day: date) -> str:
    """Return what the register keeps of a firm that the complete list of a day does not name."""
    return f"{ABSENT}{code}:{day.isoformat()}"


@dataclass(frozen=True)
class CompleteList:
    """Of which regions (GB/T 2260) a delivered list names every firm, and of which day it is."""

    regions: tuple[str, ...]
    as_of: date


@dataclass(frozen=True)
class ListDelivery:
    """What a delivered list came to: firms on it now, new on it, off it, and codes nobody has."""

    named: int
    new: int
    gone: int
    unknown: tuple[str, ...]
