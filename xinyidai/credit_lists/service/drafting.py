"""Draft a release, 起草批次: from records, from typed rows, or to take firms off."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert

from xinyidai.catalogue import credit_lists as catalogue
from xinyidai.catalogue.credit_lists import CreditListType, RecordSource, get_credit_list
from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_lists import policies, queries, rules
from xinyidai.credit_lists.models import EntryRemoval, ListEntry, ListRelease
from xinyidai.credit_lists.service import steps, telling
from xinyidai.credit_lists.values import (
    REMOVAL_REASONS,
    OutReason,
    ReleaseAction,
    ReleaseKind,
    ReleaseState,
    TypedEntry,
)
from xinyidai.credit_records.service import listing, platform_run
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import Forbidden, InvalidInput, RuleBroken, require_sound

PURPOSE = "list_publication"
SHOWN_FAULTS = 20
Values = dict[str, Any]


def draft_from_records(actor: Actor, list_code: str, title: str) -> ListRelease:
    """Draft a release of every record of the list that no entry covers yet.

    The reading is a platform run for the listed purpose 名单发布.

    Raises:
        UnknownListType: the catalogue has no such list.
        Forbidden: another office designates it.
        RuleBroken: the list does not rest on records, or there is nothing new to list.

    """
    list_type = get_credit_list(list_code)
    policies.require_drafting(actor, list_type)
    require_sound(rules.title_faults(title))
    source = list_type.source
    if source is None:
        raise RuleBroken("这个名单没有归集来源，请逐行填写企业和依据。", code="no_source")
    rows = [row for row in _candidates(actor, source) if _is_in_term(list_type, row)]
    if not rows:
        raise RuleBroken("没有新的记录可以列入：符合条件的都已在名单或批次里。", code="nothing_new")
    release = _release(actor, list_type, ReleaseKind.LISTING, title)
    organ = institutions.find_department_by_code(list_type.department)
    keeper = organ.name if organ else get_kind(source.kind).department.name
    _add(release, [_of_record(list_type, source, row, keeper) for row in rows[: rules.MOST_ROWS]])
    return _drafted(actor, release)


def draft_typed(
    actor: Actor, list_code: str, title: str, rows: Sequence[TypedEntry]
) -> ListRelease:
    """Draft a release of an honour list from typed rows; serious lists rest on records alone.

    Raises:
        UnknownListType, Forbidden: as above.
        RuleBroken: the list is one of serious dishonesty.
        InvalidInput: a code is unknown to the platform or stands there twice, or there is no row.

    """
    list_type = get_credit_list(list_code)
    policies.require_drafting(actor, list_type)
    if list_type.is_serious:
        raise RuleBroken(
            "严重失信主体名单只能从归集到的认定记录列入，不能手工填写。", code="records_only"
        )
    require_sound(rules.title_faults(title))
    firms = _known_firms(rows)
    release = _release(actor, list_type, ReleaseKind.LISTING, title)
    _add(
        release,
        [
            {
                "enterprise_id": firms[row.uscc],
                "document": row.document,
                "organ": row.organ,
                "in_on": row.in_on,
                "out_planned_on": row.out_planned_on or rules.planned_out_on(list_type, row.in_on),
            }
            for row in rows
        ],
    )
    return _drafted(actor, release)


def draft_removal(
    actor: Actor, entry_ids: Collection[UUID], reason: OutReason, title: str
) -> ListRelease:
    """Draft the removal of entries of one list, 移出; a wrong listing is announced when published.

    Raises:
        InvalidInput: nothing chosen, entries of several lists, or a reason nobody may give.
        Forbidden: another office designates the list.

    """
    if reason not in REMOVAL_REASONS:
        raise InvalidInput("请选择移出的原因。", fields={"reason": "请选择移出的原因。"})
    require_sound(rules.title_faults(title))
    entries = queries.listed_entries(entry_ids)
    codes = {entry.list_type for entry in entries}
    if len(codes) != 1 or len(entries) != len(set(entry_ids)):
        fault = "请选择同一名单里现在有效的企业；已移出的不用再移。"
        raise InvalidInput(fault, fields={"entry": fault})
    list_type = get_credit_list(codes.pop())
    policies.require_drafting(actor, list_type)
    release = _release(actor, list_type, ReleaseKind.REMOVAL, title)
    db.session.add(release)
    db.session.flush()
    db.session.add_all(
        EntryRemoval(release_id=release.id, entry_id=entry.id, reason=reason) for entry in entries
    )
    release.row_count = len(entries)
    return _drafted(actor, release)


def _candidates(actor: Actor, source: RecordSource) -> Sequence[Row[*tuple[Any, ...]]]:
    narrowed = (source.field, source.words, source.is_exact) if source.field else None
    today = clock.today()
    covered = queries.covering(today)
    statement = listing.candidates(source.kind, today, narrowed, covered)
    with platform_run(PURPOSE, rules.VERSION, actor=actor) as run:
        return run.execute(statement.limit(rules.MOST_ROWS))


def _is_in_term(list_type: CreditListType, row: Row[*tuple[Any, ...]]) -> bool:
    """Tell whether a record is young enough to be listed at all."""
    last = rules.planned_out_on(list_type, row.occurred_on, row.valid_until)
    return last is None or last >= clock.today()


def _of_record(
    list_type: CreditListType, source: RecordSource, row: Row[*tuple[Any, ...]], keeper: str
) -> Values:
    content = row.content
    document = str(content.get(source.document) or row.natural_key)
    organ = str(content.get(source.organ) or "") if source.organ else ""
    return {
        "enterprise_id": row.enterprise_id,
        "document": document,
        "organ": (organ or keeper)[: rules.LONGEST_CELL],
        "in_on": row.occurred_on,
        "out_planned_on": rules.planned_out_on(list_type, row.occurred_on, row.valid_until),
        "record_kind": source.kind,
        "record_source": row.source,
        "record_natural_key": row.natural_key,
        "record_level": row.level,
    }


def _known_firms(rows: Sequence[TypedEntry]) -> dict[str, UUID]:
    if not 1 <= len(rows) <= rules.MOST_ROWS:
        fault = f"请填写 1 到 {rules.MOST_ROWS} 家企业。"
        raise InvalidInput(fault, fields={"rows": fault})
    firms = queries.firms_by_code({row.uscc for row in rows})
    faults, seen = [], set()
    for row in rows:
        if row.uscc not in firms:
            faults.append(f"第 {row.row} 行：平台没有代码为 {row.uscc} 的企业，请核对。")
        elif (row.uscc, row.document) in seen:
            faults.append(f"第 {row.row} 行：同一企业、同一依据写了两次。")
        seen.add((row.uscc, row.document))
    if faults:
        raise InvalidInput(
            f"有 {len(faults)} 行需要修改。", fields={"rows": "".join(faults[:SHOWN_FAULTS])}
        )
    return firms


def _release(actor: Actor, list_type: CreditListType, kind: ReleaseKind, title: str) -> ListRelease:
    if actor.party_id is None or actor.account_id is None:
        raise Forbidden("请用部门账户起草批次。")
    return ListRelease(
        id=new_id(),
        number=readable_number("MD", new_id(), 6),
        kind=kind,
        list_type=list_type.code,
        title=title.strip(),
        state=ReleaseState.DRAFT,
        catalogue_version=catalogue.VERSION,
        department_id=actor.party_id,
        drafted_by=actor.account_id,
        drafted_at=clock.now(),
    )


def _add(release: ListRelease, rows: Sequence[Values]) -> None:
    db.session.add(release)
    release.row_count = len(rows)
    db.session.flush()
    blank: Values = dict.fromkeys(
        ("record_kind", "record_source", "record_natural_key", "record_level")
    )
    shared = {
        "release_id": release.id,
        "list_type": release.list_type,
        "drafted_at": release.drafted_at,
    }
    values = [{**blank, **row, **shared, "id": new_id()} for row in rows]
    db.session.execute(insert(ListEntry), values)


def _drafted(actor: Actor, release: ListRelease) -> ListRelease:
    steps.note(actor, ReleaseAction.DRAFT, release)
    telling.tell_office(release)
    return release
