"""The desks at which declarations are verified and commitments are found kept or broken.

The same pages for the credit office and for departments; `place` names the blueprint. A firm's
file is opened by a POST, because each opening stands in the trail.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments import queries as commitment_queries
from xinyidai.commitments import service as commitments
from xinyidai.commitments.models import Commitment
from xinyidai.commitments.queries import Wanted
from xinyidai.commitments.values import KIND_NAMES, CommitmentState
from xinyidai.commitments.values import STATE_NAMES as COMMITMENT_STATES
from xinyidai.commitments.values import CommitmentAction as C
from xinyidai.declarations import queries as declaration_queries
from xinyidai.declarations import service as declarations
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.values import STATE_NAMES as DECLARATION_STATES
from xinyidai.declarations.values import DeclarationAction as D
from xinyidai.declarations.values import DeclarationState as S
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import promise_words as words
from xinyidai.web.downloads import download
from xinyidai.web.office.base import (
    Row,
    asked,
    attempted,
    chosen_state,
    done,
    options,
    pager_of,
    typed,
)

WAITING = "waiting"  # evidence is there, or the term is over: somebody has to find
TABS: Mapping[str, tuple[str, frozenset[S]]] = {
    "submitted": ("待核验", frozenset({S.SUBMITTED})),
    "returned": ("退回补正", frozenset({S.RETURNED})),
    "verified": ("已核验", frozenset({S.VERIFIED})),
    "ended": ("已办结", frozenset({S.REFUSED, S.WITHDRAWN, S.EXPIRED, S.UNTRUE})),
}
VERIFYING: Mapping[D, tuple[str, Callable[[Actor, UUID, str], Declaration]]] = {
    D.VERIFY: ("核验通过", declarations.verify_declaration),
    D.RETURN: ("退回补正", declarations.return_declaration),
    D.REFUSE: ("核验不通过", declarations.refuse_declaration),
    D.REVOKE: ("认定不实，撤销记录", declarations.revoke_declaration),
}
FINDING: Mapping[C, tuple[str, Callable[[Actor, UUID, str], Commitment]]] = {
    C.KEEP: ("认定已履行", commitments.find_kept),
    C.BREAK: ("认定违背承诺", commitments.find_broken),
}


def declaration_list(place: str) -> str:
    """Return the queue of declarations, the longest waiting first."""
    tab, page = asked("state") or "submitted", page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    rows, total = declarations.list_of_city(g.actor, page, TABS[tab][1])
    return render_template(
        "promises/declarations.html",
        place=place,
        rows=[words.declaration_row(row) for row in rows],
        tabs=[
            {
                "label": label,
                "href": url_for(f"{place}.declarations", state=code),
                "current": code == tab,
            }
            for code, (label, _) in TABS.items()
        ],
        labels=DECLARATION_STATES,
        pager=pager_of(page, total),
    )


def declaration_page(place: str, declaration_id: UUID, errors: dict[str, str]) -> str:
    """Return one declaration with what the actor may do next."""
    row = declarations.read_declaration(g.actor, declaration_id)
    possible = declarations.actions_of(g.actor, row.declaration)
    return render_template(
        "promises/declaration.html",
        place=place,
        row=words.declaration_row(row),
        facts=words.declaration_facts(row),
        files=words.file_rows(declaration_queries.files_of(declaration_id)),
        may_open=g.actor.role is not Role.AUDITOR,
        is_whole=declarations.is_whole(row.declaration),
        events=words.declaration_events(
            declaration_queries.steps_of(declaration_id), to_firm=False
        ),
        buttons=[
            {"value": one.value, "label": label, "kind": _kind(one)}
            for one, (label, _) in VERIFYING.items()
            if one in possible
        ],
        labels=DECLARATION_STATES,
        typed=typed("reason"),
        errors=errors,
    )


def declaration_step(place: str, declaration_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    action = next((one for one in VERIFYING if one.value == typed("action")), None)
    if action is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("reason") as attempt, own_transaction():
        VERIFYING[action][1](g.actor, declaration_id, typed("reason"))
    if attempt.errors:
        return declaration_page(place, declaration_id, attempt.errors), attempt.status
    told = f"已办理：{VERIFYING[action][0]}。"
    return done(told, f"{place}.declaration", declaration_id=declaration_id)


def declaration_file(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give a firm's file to whoever verifies, to save; the trail notes it."""
    with own_transaction():
        declarations.note_look(g.actor, declaration_id, file_id)
        found = declarations.open_file(g.actor, declaration_id, file_id)
    return download(found.upload, f"fujian-{found.number}")


def commitment_list(place: str) -> str:
    """Return commitments on the desk, the earliest due first, by kind, state and area."""
    page = page_args()
    kind = chosen_state(CommitmentKind, "kind")
    wanted = Wanted(kind=kind, states=_asked_states(), region=asked("region")[:6])
    rows, total = commitments.list_of_city(g.actor, wanted, page)
    return render_template(
        "promises/commitments.html",
        place=place,
        rows=[words.commitment_row(row) for row in rows],
        labels=COMMITMENT_STATES,
        kinds=options(KIND_NAMES),
        states=options({WAITING: "等待认定", **COMMITMENT_STATES}),
        chosen={"kind": asked("kind"), "state": asked("state"), "region": wanted.region},
        pager=pager_of(page, total),
    )


def _asked_states() -> Sequence[CommitmentState]:
    if asked("state") == WAITING:
        return (CommitmentState.SUPPLIED, CommitmentState.EXPIRED)
    state = chosen_state(CommitmentState)
    return (state,) if state else ()


def commitment_page(place: str, commitment_id: UUID, errors: dict[str, str]) -> str:
    """Return one commitment with its text, evidence, and what the actor may do next."""
    row = commitments.read_commitment(g.actor, commitment_id)
    possible = commitments.actions_of(g.actor, row.commitment)
    return render_template(
        "promises/commitment.html",
        place=place,
        row=words.commitment_row(row),
        facts=words.commitment_facts(row),
        lines=row.commitment.text.splitlines(),
        files=words.file_rows(commitment_queries.files_of(commitment_id)),
        may_open=g.actor.role is not Role.AUDITOR,
        is_whole=commitments.is_whole(row.commitment),
        events=words.commitment_events(commitment_queries.steps_of(commitment_id), to_firm=False),
        buttons=[
            {"value": one.value, "label": label, "kind": _kind(one)}
            for one, (label, _) in FINDING.items()
            if one in possible
        ],
        labels=COMMITMENT_STATES,
        typed=typed("basis"),
        errors=errors,
    )


def commitment_step(place: str, commitment_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    action = next((one for one in FINDING if one.value == typed("action")), None)
    if action is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("basis") as attempt, own_transaction():
        FINDING[action][1](g.actor, commitment_id, typed("basis"))
    if attempt.errors:
        return commitment_page(place, commitment_id, attempt.errors), attempt.status
    told = f"已办理：{FINDING[action][0]}。"
    return done(told, f"{place}.commitment", commitment_id=commitment_id)


def commitment_file(commitment_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Give a file of evidence to whoever finds, to save; the trail notes it."""
    with own_transaction():
        commitments.note_look(g.actor, commitment_id, file_id)
        upload = commitments.open_evidence(g.actor, commitment_id, file_id)
    return download(upload, f"zhengming-{upload.sha256[:8]}")


def waiting_rows() -> list[Row]:
    """Return how much waits on the actor's desk, for the first screen of a department."""
    waits, _ = declarations.waiting_for(g.actor)
    to_find, _ = commitment_queries.waiting(g.actor.party_id)
    to_verify = {
        "value": waits,
        "label": "自愿填报待核验",
        "href": "/department/declarations",
        "tone": "todo" if waits else "",
    }
    return [
        *([to_verify] if declarations.has_desk(g.actor) else []),
        {
            "value": to_find,
            "label": "承诺待认定",
            "href": "/department/commitments?state=waiting",
            "tone": "todo" if to_find else "",
        },
    ]


def _kind(action: D | C) -> str:
    if action in {D.VERIFY, C.KEEP}:
        return "primary"
    return "secondary" if action is D.RETURN else "warning"
