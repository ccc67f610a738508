"""Which kinds of record a source may deliver: those that the catalogue has its department deliver.

Otherwise an objection to a record would be routed to a department that knows nothing of it.
"""

from collections.abc import Mapping

from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_records.values import REGISTRATION
from xinyidai.deliveries.rules import REGISTRAR
from xinyidai.institutions.models import Department
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import InvalidInput

REGISTRATION_NAME = "企业登记"


def kinds_for(actor: Actor, department: Department | None) -> Mapping[str, str]:
    """Return code and Chinese name of what may be delivered; the credit office delivers any."""
    names = {kind.code: kind.name for kind in KINDS.values()} | {REGISTRATION: REGISTRATION_NAME}
    if actor.role is Role.CREDIT_OFFICE:
        return names
    if department is None:
        return {}
    own = {kind.code for kind in KINDS.values() if kind.department.code == department.code}
    if department.code == REGISTRAR:
        own.add(REGISTRATION)
    return {code: name for code, name in names.items() if code in own}


def require_kind(actor: Actor, department: Department, kind: str) -> None:
    """Raise `InvalidInput` unless the kind may be delivered for this department."""
    if kind not in kinds_for(actor, department):
        sentence = "目录中没有这个类别，或者不由本部门报送，请从列表里选择信息类别。"
        raise InvalidInput(sentence, fields={"kind": sentence}, code="unknown_kind")
