"""Credit lists on the credit office's desk, 名单管理: releases, counts, share, removals."""

from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.credit_lists import CREDIT_LISTS, SIDE_NAMES, Side
from xinyidai.credit_lists import service
from xinyidai.credit_lists.values import OUT_NAMES, STATE_NAMES, OutReason, ReleaseState
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.office import list_desk
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    asked,
    attempted,
    blueprint,
    chosen_state,
    done,
    options,
    pager_of,
    typed,
)

LIMIT_NOTE = "规划要求低于 0.2%"
REASONS = (OutReason.REMOVED, OutReason.WRONG_LISTING)
PERCENT_DIGITS = 3


@blueprint.get("/lists")
@allow(*OVERSIGHT)
def credit_lists() -> ResponseReturnValue:
    """Show releases by state, how many firms are on each list, and the share of the plan."""
    state, page = chosen_state(ReleaseState), page_args()
    rows, total = service.list_releases(g.actor, page, [state] if state else list(ReleaseState))
    counts, share = service.counts_in_force(), service.serious_share()
    return render_template(
        "office/lists.html",
        rows=[list_words.release_row(row) for row in rows],
        tabs=[{"label": "全部", "href": url_for("office.credit_lists"), "current": state is None}]
        + [
            {
                "label": name,
                "href": url_for("office.credit_lists", state=code),
                "current": code is state,
            }
            for code, name in STATE_NAMES.items()
        ],
        labels=STATE_NAMES,
        types=[list_words.type_row(one, counts[one.code]) for one in CREDIT_LISTS.values()],
        share=_percent(share.firms, share.surviving),
        serious=share.firms,
        surviving=share.surviving,
        note=LIMIT_NOTE,
        can_draft=g.actor.role in OFFICE,
        pager=pager_of(page, total),
    )


@blueprint.get("/lists/entries")
@allow(*OVERSIGHT)
def list_entries() -> ResponseReturnValue:
    """Show every entry in force of one side: what the share is counted from."""
    return _entries({})


@blueprint.post("/lists/entries")
@allow(*OFFICE)
def remove_entries() -> ResponseReturnValue:
    """Draft the removal of the entries that were ticked."""
    release_id: UUID | None = None
    with attempted("entry") as attempt, own_transaction():
        release_id = service.draft_removal(
            g.actor, _ticked(), _reason(typed("reason")), typed("title")
        ).id
    if release_id is None or attempt.errors:
        return _entries(attempt.errors), attempt.status
    words = "移出批次已起草，等待另一人审核。"
    return done(words, "office.list_release", release_id=release_id)


@blueprint.get("/lists/new")
@allow(*OFFICE)
def list_release_form() -> ResponseReturnValue:
    """Ask for list and title of a release."""
    return list_desk.form("office")


@blueprint.post("/lists/new")
@allow(*OFFICE)
def draft_list_release() -> ResponseReturnValue:
    """Draft a release."""
    return list_desk.draft("office")


@blueprint.get("/lists/releases/<uuid:release_id>")
@allow(*OVERSIGHT)
def list_release(release_id: UUID) -> ResponseReturnValue:
    """Show one release."""
    return list_desk.page("office", release_id)


@blueprint.post("/lists/releases/<uuid:release_id>")
@allow(*OFFICE)
def list_release_step(release_id: UUID) -> ResponseReturnValue:
    """Check, publish, withdraw or drop a release."""
    return list_desk.take_step("office", release_id)


def _entries(errors: dict[str, str]) -> str:
    side, text, page = chosen_state(Side, "side") or Side.SERIOUS, asked("q"), page_args()
    found, total = service.entries_of_side(g.actor, side, page, text)
    return render_template(
        "office/list_entries.html",
        rows=[list_words.entry_row(entry) for entry in found],
        side=side,
        tabs=[
            {
                "label": name,
                "href": url_for("office.list_entries", side=code),
                "current": code is side,
            }
            for code, name in SIDE_NAMES.items()
        ],
        text=text,
        reasons=options({reason.value: OUT_NAMES[reason] for reason in REASONS}),
        can_remove=g.actor.role in OFFICE,
        chosen=request.form.getlist("entry"),
        typed={name: typed(name) for name in ("title", "reason")},
        errors=errors,
        pager=pager_of(page, total),
    )


def _ticked() -> list[UUID]:
    try:
        return [UUID(text) for text in request.form.getlist("entry")]
    except ValueError as error:
        raise InvalidInput("提交的内容不完整，请返回重新选择。") from error


def _reason(code: str) -> OutReason:
    found = next((reason for reason in REASONS if reason.value == code), None)
    if found is None:
        raise InvalidInput("请选择移出的原因。", fields={"reason": "请选择移出的原因。"})
    return found


def _percent(part: int, whole: int) -> str | None:
    return f"{part / whole * 100:.{PERCENT_DIGITS}f}%" if whole else None
