"""Commitments that everybody may read, 信用承诺公示: the list, and one of them with its check.

Only open attributes are shown: firm, code, text, last day and result. The signer's name is masked.
"""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments import service
from xinyidai.commitments.queries import Wanted
from xinyidai.commitments.values import KIND_NAMES, PUBLIC_STATES, STATE_NAMES, CommitmentState
from xinyidai.kernel import clock, rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.http import page_args
from xinyidai.web import promise_words as words
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import asked, chosen_state, options, pager_of

READS_PER_MINUTE = 60
LONGEST_TEXT = 100
LONGEST_NUMBER = 32

blueprint = Blueprint("commitments", __name__, url_prefix="/commitments")


@blueprint.get("")
@allow(Role.PUBLIC)
def listed() -> ResponseReturnValue:
    """List commitments by kind and state, or those of one firm by its whole name or code."""
    _count()
    page, text = page_args(), asked("q")[:LONGEST_TEXT].replace("\x00", "")
    kind, state = chosen_state(CommitmentKind, "kind"), chosen_state(CommitmentState)
    wanted = Wanted(kind=kind, states=(state,) if state else (), text=text)
    rows, total = service.list_public(wanted, page)
    shown = {state: name for state, name in STATE_NAMES.items() if state in PUBLIC_STATES}
    return render_template(
        "public/commitments.html",
        rows=[_row(words.commitment_row(row)) for row in rows],
        labels=STATE_NAMES,
        kinds=options(KIND_NAMES),
        states=options(shown),
        chosen={"q": text, "kind": asked("kind"), "state": asked("state")},
        pager=pager_of(page, total),
    )


@blueprint.get("/<number>")
@allow(Role.PUBLIC)
def one(number: str) -> ResponseReturnValue:
    """Show one commitment, how it stands now, and whether its signature is good."""
    _count()
    row = service.read_public(number.strip().upper()[:LONGEST_NUMBER])
    return render_template(
        "public/commitment.html",
        row=words.commitment_row(row),
        facts=words.commitment_facts(row, to_all=True),
        lines=row.commitment.text.splitlines(),
        digest=row.commitment.text_hash,
        is_whole=service.is_whole(row.commitment),
        checked_at=format_moment(clock.now()),
        labels=STATE_NAMES,
    )


def _row(row: words.Row) -> words.Row:
    return {**row, "href": url_for("public.commitments.one", number=row["number"])}


def _count() -> None:
    rate.count(f"commitments:{request.remote_addr}", limit=READS_PER_MINUTE, seconds=60)
