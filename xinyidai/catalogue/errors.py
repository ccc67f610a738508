"""What goes wrong with a catalogue: it is broken, or somebody asks for what it does not list."""

from xinyidai.kernel.errors import NotFound, RuleBroken


class CatalogueBroken(RuntimeError):
    """A shipped catalogue file breaks its own rules; the installation must not start."""


class UnknownKind(NotFound):
    """No such record kind, 目录外的信息类别."""

    default_code = "unknown_kind"


class UnknownField(NotFound):
    """The record kind has no such field."""

    default_code = "unknown_field"


class UnknownItem(NotFound):
    """No such authorization item, 授权数据项."""

    default_code = "unknown_item"


class UnknownPurpose(NotFound):
    """No such purpose of consent or of platform processing."""

    default_code = "unknown_purpose"


class UnknownListType(NotFound):
    """No such whitelist type."""

    default_code = "unknown_list_type"


class UnknownObjectionReason(NotFound):
    """No such reason for an objection, 异议理由."""

    default_code = "unknown_objection_reason"


class BannedFieldRefused(RuleBroken):
    """A file carries what may never be collected, 禁止采集的信息."""

    default_code = "banned_field"


class UnknownMeasure(RuleBroken):
    """A measure that no published list names: it cannot be attached, 清单外的措施."""

    default_code = "measure_not_listed"


class UnknownOccasion(RuleBroken):
    """No such occasion of a joint check, 核查事由."""

    default_code = "unknown_occasion"
