"""The nomination form of the office and of departments, 白名单推荐."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from xinyidai.catalogue.list_types import LIST_TYPES, ListType, get_list_type
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import uscc
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.office.base import Row, typed
from xinyidai.whitelist import service
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.service import Nomination


@dataclass(frozen=True)
class NominationForm:
    """What the page shows: the list chosen, its standards, and what was typed before."""

    list_type: ListType
    types: list[Row]
    standards: list[Row]
    code: str = ""
    basis: str = ""


def blank_form(list_code: str) -> NominationForm:
    """Return the form for one list; an unknown code is refused, none means the first list."""
    list_type = get_list_type(list_code or next(iter(LIST_TYPES)))
    return NominationForm(list_type, type_options(), standard_rows(list_type))


def typed_form() -> NominationForm:
    """Return the form as it was sent."""
    list_type = get_list_type(typed("list_type"))
    standards = standard_rows(list_type)
    return NominationForm(list_type, type_options(), standards, typed("uscc"), typed("basis"))


def type_options() -> list[Row]:
    """Return the lists as the form macros take them."""
    return [{"value": code, "label": kind.name} for code, kind in LIST_TYPES.items()]


def standard_rows(list_type: ListType, ticked: Mapping[str, object] | None = None) -> list[Row]:
    """Return the standards of a list that nobody has ticked, with the evidence just typed."""
    return [
        {
            "name": f"standard_{standard.code}",
            "label": standard.name,
            "hint": standard.text,
            "value": typed(f"standard_{standard.code}"),
        }
        for standard in list_type.standards
        if standard.code not in (ticked or {})
    ]


def evidence_typed() -> dict[str, str]:
    """Return the evidence of each standard that was filled in."""
    prefix = "standard_"
    return {
        name.removeprefix(prefix): text.strip()
        for name, text in request.form.items()
        if name.startswith(prefix) and text.strip()
    }


def nominate(actor: Actor) -> WhitelistEntry:
    """Nominate the firm whose code was typed.

    Raises:
        InvalidInput: the code is wrong or unknown, or a field is not sound.
        Conflict: the firm has a live entry on this list.

    """
    code = typed("uscc")
    problem = uscc.find_problem(code)
    firm = None if problem else enterprises.find_by_code(code)
    if firm is None:
        text = (
            "请填写 18 位统一社会信用代码，并核对每一位。"
            if problem
            else "平台还没有这家企业的登记信息，请核对代码。"
        )
        raise InvalidInput(text, fields={"uscc": text})
    return service.nominate_enterprise(
        actor, Nomination(typed("list_type"), firm.id, typed("basis"), evidence_typed())
    )
