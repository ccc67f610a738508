"""What the firm holds to be wrong, 异议: named from where the link 「有误？」 stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import url_for

from xinyidai.catalogue.kinds import KINDS, get_kind
from xinyidai.catalogue.values import RecordKind
from xinyidai.credit_records.service import own_looks
from xinyidai.kernel.actor import Actor
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise import profile_view
from xinyidai.web.enterprise.base import read_id
from xinyidai.web.enterprise.holding_view import RECORDS, SOURCES, TITLES
from xinyidai.web.enterprise.look_view import names_for, who

LOOK = "look"
OFFICE = "信用办"


@dataclass(frozen=True)
class Disputed:
    """The thing named: what it is, who keeps it, and on which law it rests where one is known."""

    name: str = ""
    text: str = ""
    sources: Sequence[str] = ()
    legal: str = ""
    object_url: str = ""
    kinds: Sequence[RecordKind] = field(default_factory=tuple)


def disputed(actor: Actor, asked: Mapping[str, str]) -> Disputed:
    """Return what an address names; nothing known gives the general page.

    Raises:
        NotFound: the look named is not one at the actor's firm.

    """
    item = asked.get("item", "")
    if item == LOOK:
        return _look(actor, asked.get("id", ""))
    if item == RECORDS and asked.get("kind", "") in KINDS:
        return _kind(asked["kind"])
    if item in TITLES:
        url = url_for("enterprise.objection_form", item=item)
        text = f"平台掌握的信息：{TITLES[item]}。"
        return Disputed(TITLES[item], text, [SOURCES[item]], object_url=url)
    return _indicator(asked.get("indicator", ""))


def _look(actor: Actor, event_id: str) -> Disputed:
    event = own_looks.get_own_look(actor, read_id(event_id))
    name = f"{format_moment(event.happened_at)} {who(event, names_for([event]))} 的查询"
    url = url_for("enterprise.objection_form", look=event.id)
    return Disputed(name, "查询记录由平台留痕，信用办负责核查。", [OFFICE], object_url=url)


def _kind(code: str) -> Disputed:
    kind = get_kind(code)
    return Disputed(kind.name, f"公共信用信息：{kind.name}。", [kind.department.name], kinds=[kind])


def _indicator(code: str) -> Disputed:
    indicator = profile_view.find_indicator(code)
    if indicator is None:
        return Disputed()
    return Disputed(
        indicator.name,
        indicator.definition,
        profile_view.sources_of(code),
        indicator.legal,
        kinds=[get_kind(kind) for kind in indicator.kinds],
    )
