"""Take a list of firms that a department delivers whole, 名单报送."""

from collections.abc import Collection

from sqlalchemy import func, select, update

from xinyidai.audit import service as audit
from xinyidai.enterprises import policies
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import DELIVERED_LISTS, ListDelivery
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import is_valid

MOST_CODES = 200_000


def deliver_list(actor: Actor, code: str, usccs: Collection[str], source: str) -> ListDelivery:
    """Let exactly these firms stand on a delivered list; done again, nothing changes.

    Codes of no known firm are returned, not kept. The facts version stays: no record changed.

    Raises:
        Forbidden: the actor does not keep the register.
        InvalidInput: no such list, no source, no code, or one that is no valid code.

    """
    policies.require_keep(actor)
    _require_sound(code, usccs, source)
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
    found = ListDelivery(len(known), len(new), len(gone), tuple(sorted(set(wanted) - known)))
    details = {"list": code, "source": source.strip(), "named": found.named, "gone": found.gone}
    audit.record(actor, "enterprise:list", "enterprise_list", code, details)
    return found


def _require_sound(code: str, usccs: Collection[str], source: str) -> None:
    faults = {}
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
