"""Take a list of firms that a department delivers whole, 名单报送."""

from collections.abc import Collection

from sqlalchemy import func, or_, select, update

from xinyidai.audit import service as audit
from xinyidai.enterprises import policies
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.reference import regions
from xinyidai.enterprises.values import (
    ABSENT,
    DELIVERED_LISTS,
    TITLE_LISTS,
    CompleteList,
    ListDelivery,
    absent_mark,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import is_valid

MOST_CODES = 200_000


def deliver_list(
    actor: Actor,
    code: str,
    usccs: Collection[str],
    source: str,
    complete: CompleteList | None = None,
) -> ListDelivery:
    """Let exactly these firms stand on a delivered list; done again, nothing changes.

    Of the others it is known that they do not, 否, where the department declares the list
    `complete`; without that they are 数据不足, also where an earlier list was complete. Codes of no
    known firm are returned, not kept. The facts version stays: no record changed.

    Raises:
        Forbidden: the actor does not keep the register.
        InvalidInput: no such list, no source, no code, or one that is no valid code; or complete
            for no region, for a day to come, or a list of which absence says nothing.

    """
    policies.require_keep(actor)
    _require_sound(code, usccs, source, complete)
    wanted = sorted(set(usccs))
    known = set(db.session.scalars(select(Enterprise.uscc).where(Enterprise.uscc.in_(wanted))))
    stands = Enterprise.tags.contains([code])
    gone = db.session.execute(
        update(Enterprise)
        .where(stands, Enterprise.uscc.not_in(wanted))
        .values(tags=func.array_remove(Enterprise.tags, code))
        .returning(Enterprise.id)
    ).all()
    new = db.session.execute(
        update(Enterprise)
        .where(~stands, Enterprise.uscc.in_(wanted))
        .values(tags=func.array_append(Enterprise.tags, code))
        .returning(Enterprise.id)
    ).all()
    _mark_absent(code, complete)
    found = ListDelivery(len(known), len(new), len(gone), tuple(sorted(set(wanted) - known)))
    details = {
        "list": code,
        "source": source.strip(),
        "named": found.named,
        "gone": found.gone,
        "complete_for": list(complete.regions) if complete else [],
        "as_of": complete.as_of.isoformat() if complete else None,
    }
    audit.record(actor, "enterprise:list", "enterprise_list", code, details)
    return found


def _mark_absent(code: str, complete: CompleteList | None) -> None:
    """Keep of which firms a complete list says that they are not on it, in place of former ones."""
    kept = select(func.unnest(Enterprise.tags).label("tag")).subquery()
    former = select(kept.c.tag).where(kept.c.tag.startswith(f"{ABSENT}{code}:")).distinct()
    for mark in db.session.scalars(former).all():
        db.session.execute(
            update(Enterprise)
            .where(Enterprise.tags.contains([mark]))
            .values(tags=func.array_remove(Enterprise.tags, mark))
        )
    if complete is None:
        return
    inside = [Enterprise.region_code.startswith(_within(region)) for region in complete.regions]
    db.session.execute(
        update(Enterprise)
        .where(or_(*inside), ~Enterprise.tags.contains([code]))
        .values(tags=func.array_append(Enterprise.tags, absent_mark(code, complete.as_of)))
    )


def _within(region: str) -> str:
    """Return what the codes of all places within a region begin with."""
    pairs = [region[start : start + 2] for start in range(0, len(region), 2)]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    return "".join(pairs)


def _require_sound(
    code: str, usccs: Collection[str], source: str, complete: CompleteList | None
) -> None:
    faults = _faults_of_complete(code, complete) if complete else {}
    if code not in DELIVERED_LISTS:
        names = "、".join(f"{key}（{name}）" for key, name in DELIVERED_LISTS.items())
        faults["list"] = f"没有“{code}”这份名单，可以报送：{names}。"
    if not source.strip():
        faults["source"] = "请写明名单由哪个单位提供。"
    wrong = [one for one in usccs if not is_valid(one)]
    if not 1 <= len(usccs) <= MOST_CODES:
        faults["codes"] = f"名单须有 1 到 {MOST_CODES} 个统一社会信用代码。"
    elif wrong:
        faults["codes"] = f"有 {len(wrong)} 个统一社会信用代码不对，例如 {wrong[0][:20]}。"
    if faults:
        raise InvalidInput(" ".join(faults.values()), fields=faults)


def _faults_of_complete(code: str, complete: CompleteList) -> dict[str, str]:
    strange = [region for region in complete.regions if region not in regions()]
    faults = {}
    if code in DELIVERED_LISTS and code not in TITLE_LISTS:
        name = DELIVERED_LISTS[code]
        faults["regions"] = f"{name}不能声明完整：不在名单上，不等于贷过款。"
    elif strange or not complete.regions:
        named = strange[0][:20] if strange else ""
        faults["regions"] = f"没有行政区划代码“{named}”，请填写 6 位代码，例如 410400。"
    if complete.as_of > clock.today():
        faults["as_of"] = "名单的日期不能晚于今天。"
    return faults
