"""What becomes of a draft: checked by a second person, published, withdrawn, dropped."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update

from xinyidai.audit import service as audit
from xinyidai.catalogue.credit_lists import get_credit_list
from xinyidai.credit_lists import queries, rules
from xinyidai.credit_lists.models import CorrectionNotice, ListEntry, ListRelease, NoticeFirm
from xinyidai.credit_lists.service import steps, telling
from xinyidai.credit_lists.values import OutReason, ReleaseKind
from xinyidai.credit_lists.values import ReleaseAction as A
from xinyidai.credit_records.service import listing
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import RuleBroken, require_sound


def check_release(actor: Actor, release_id: UUID, opinion: str) -> ListRelease:
    """Confirm that a draft is lawful, 合法性审核: never by the person who drafted it.

    Raises:
        Forbidden: not of the credit office, or the drafter (`four_eyes`).
        InvalidInput: no opinion given.

    """
    release = steps.load(actor, A.CHECK, release_id)
    require_sound(rules.words_faults("reason", opinion, "请写明审核意见和依据"))
    steps.take(actor, A.CHECK, release, opinion)
    release.checked_by, release.checked_at = actor.account_id, clock.now()
    return release


def publish_release(actor: Actor, release_id: UUID) -> ListRelease:
    """Publish: entries come onto the list, or go off it, in this transaction; firms are told.

    Records that ended since the draft was made stay off the list by themselves.
    """
    release = steps.load(actor, A.PUBLISH, release_id)
    steps.take(actor, A.PUBLISH, release)
    release.published_at = clock.now()
    if release.kind is ReleaseKind.LISTING:
        _list(release)
    else:
        _take_off(actor, release)
    telling.tell_drafter(release, "已发布")
    return release


def withdraw_release(actor: Actor, release_id: UUID, reason: str) -> CorrectionNotice:
    """Withdraw a published listing as wrong: entries go, and a public notice clears the firms.

    Raises:
        RuleBroken: a removal is not withdrawn; list the firms anew.
        InvalidInput: no reason for the public.

    """
    release = steps.load(actor, A.WITHDRAW, release_id)
    require_sound(rules.words_faults("reason", reason, "请写明更正的原因，公告里会公开"))
    if release.kind is not ReleaseKind.LISTING:
        raise RuleBroken("移出批次不能撤回；需要时请重新起草列入批次。", code="not_a_listing")
    steps.take(actor, A.WITHDRAW, release, reason)
    release.ended_at = clock.now()
    entries = [one for one in queries.own_entries(release.id) if one.out_at is None]
    notice = _announce(actor, release, entries, reason)
    telling.tell_drafter(release, "已撤回更正")
    return notice


def drop_release(actor: Actor, release_id: UUID, reason: str) -> ListRelease:
    """Drop a draft that will not be published, 作废."""
    release = steps.load(actor, A.DROP, release_id)
    require_sound(rules.words_faults("reason", reason, "请写明作废的原因"))
    steps.take(actor, A.DROP, release, reason)
    release.ended_at = clock.now()
    for entry in queries.own_entries(release.id):
        entry.out_at, entry.out_reason = release.ended_at, OutReason.REMOVED
    db.session.flush()
    return release


def note_ended(codes: Iterable[str]) -> int:
    """Write down which entries of these lists are out by themselves; return how many.

    Nothing depends on it but the shown day: reading asks the record itself.
    """
    today, moment = clock.today(), clock.now()
    found = listing.read_standing(queries.ended(today, list(codes)))
    for entry_id, planned in found:
        is_over = planned is not None and planned < today
        reason = OutReason.TERM_OVER if is_over else OutReason.RECORD_ENDED
        db.session.execute(
            update(ListEntry)
            .where(ListEntry.id == entry_id, ListEntry.out_at.is_(None))
            .values(out_at=moment, out_reason=reason)
        )
    if found:
        audit.record(SYSTEM, "credit_list:note_ended", "credit_list", "", {"entries": len(found)})
    return len(found)


def _list(release: ListRelease) -> None:
    # An older entry of the same document that no longer holds would stand in the way of this one.
    note_ended([release.list_type])
    entries = queries.own_entries(release.id)
    for entry in entries:
        entry.listed_at = release.published_at
    db.session.flush()
    ids = [entry.id for entry in entries]
    rows = listing.read_standing(queries.standing_ids(clock.today(), ids))
    standing = {row[0] for row in rows}
    firms = {entry.enterprise_id for entry in entries if entry.id in standing}
    telling.tell_listed(release, sorted(firms))


def _take_off(actor: Actor, release: ListRelease) -> None:
    pairs = [pair for pair in queries.removals_of(release.id) if pair[1].out_at is None]
    wrong = [entry for removal, entry in pairs if removal.reason is OutReason.WRONG_LISTING]
    removed = [entry for removal, entry in pairs if removal.reason is OutReason.REMOVED]
    for entry in removed:
        entry.out_at, entry.out_reason = release.published_at, OutReason.REMOVED
    telling.tell_out(release, sorted({one.enterprise_id for one in removed}), OutReason.REMOVED)
    if wrong:
        _announce(actor, release, wrong, release.title)
    db.session.flush()


def _announce(
    actor: Actor, release: ListRelease, entries: list[ListEntry], reason: str
) -> CorrectionNotice:
    """Take wrongly listed firms off and clear them in public, 更正公告."""
    notice = CorrectionNotice(
        id=new_id(),
        number=readable_number("GZ", new_id(), 6),
        release_id=release.id,
        list_type=get_credit_list(release.list_type).code,
        reason=reason.strip(),
        published_by=actor.account_id,
        published_at=clock.now(),
    )
    db.session.add(notice)
    db.session.flush()
    for entry in entries:
        entry.out_at, entry.out_reason = notice.published_at, OutReason.WRONG_LISTING
        db.session.add(
            NoticeFirm(notice_id=notice.id, entry_id=entry.id, enterprise_id=entry.enterprise_id)
        )
    db.session.flush()
    details = {"number": notice.number, "firms": len(entries)}
    audit.record(actor, "credit_list:announce", "credit_list_notice", notice.id, details)
    telling.tell_cleared(notice, sorted({entry.enterprise_id for entry in entries}))
    return notice
