"""Declarations and commitments in words: rows of lists, facts, what was done, files."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinyidai.catalogue.declarations import DECLARATIONS, DeclarationCategory, get_category
from xinyidai.catalogue.values import Field, FieldType
from xinyidai.commitments.models import CommitmentFile, CommitmentStep
from xinyidai.commitments.queries import CommitmentRow
from xinyidai.commitments.service.signing import THE_OFFICE
from xinyidai.commitments.values import ACTION_NAMES as COMMITMENT_ACTIONS
from xinyidai.commitments.values import KIND_NAMES, OPEN_STATES
from xinyidai.commitments.values import CommitmentAction as C
from xinyidai.declarations.models import DeclarationFile, DeclarationStep
from xinyidai.declarations.queries import DeclarationRow
from xinyidai.declarations.values import ACTION_NAMES, DeclarationState
from xinyidai.declarations.values import DeclarationAction as D
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock, masking
from xinyidai.kernel.actor import Role
from xinyidai.kernel.working_days import working_days_between
from xinyidai.web.chrome import format_day, format_moment

Row = dict[str, Any]
KIB = 1024
MIB = KIB * KIB
LONG_TEXT = 200
FIRM, SYSTEM = "企业", "平台"
DECLARATION_STOPS = frozenset({D.REFUSE, D.WITHDRAW, D.LAPSE, D.REVOKE, D.END_RECORD})
COMMITMENT_STOPS = frozenset({C.BREAK, C.EXPIRE, C.ANNUL, C.CLOSE})
TONES: Mapping[str, str] = {
    "draft": "todo",
    "submitted": "wait",
    "returned": "todo",
    "verified": "ok",
    "refused": "stop",
    "untrue": "stop",
    "supplied": "wait",
    "kept": "ok",
    "broken": "stop",
    "expired": "late",
    "active": "plain",
}


def declaration_row(row: DeclarationRow) -> Row:
    """Return one line of a list of declarations; `left` are working days until it is late."""
    made = row.declaration
    category = DECLARATIONS.categories.get(made.category)
    is_waiting = made.state is DeclarationState.SUBMITTED and made.submitted_at is not None
    waited = _waited(row) if is_waiting else None
    return {
        "id": made.id,
        "number": made.number,
        "firm": row.enterprise.name,
        "category": category.name if category else made.category,
        "state": made.state.value,
        "tone": TONES.get(made.state.value, ""),
        "on": format_day(made.submitted_at or made.created_at),
        "waited": waited,
        "left": None if waited is None else DECLARATIONS.verify_working_days - waited,
        "result": made.result or "",
    }


def _waited(row: DeclarationRow) -> int:
    submitted = row.declaration.submitted_at or row.declaration.created_at
    return working_days_between(clock.local(submitted).date(), clock.today())


def declaration_facts(row: DeclarationRow) -> list[Row]:
    """Return number, category and everything filled in, as it was typed."""
    made, category = row.declaration, get_category(row.declaration.category)
    found = [
        {"label": "填报编号", "value": made.number},
        {"label": "填报类别", "value": category.name},
        *filled_in(category, made.texts),
    ]
    if made.signed_at is not None:
        found.append(
            {"label": "签署", "value": f"{made.signer_name}，{format_moment(made.signed_at)}"}
        )
        found.append({"label": "承诺文本版本", "value": made.statement_version})
        found.append({"label": "签署凭证摘要", "value": made.artefact_hash})
    return found


def filled_in(category: DeclarationCategory, texts: Mapping[str, str]) -> list[Row]:
    """Return each field with what was typed; an option by its name, 未填写 where nothing is."""
    return [
        {"label": field.name, "value": _shown(field, texts.get(field.code, ""))}
        for field in category.fields
    ]


def _shown(field: Field, text: str) -> str:
    if field.type is FieldType.ENUM:
        return field.values.get(text, text) or "未填写"
    return text or "未填写"


def form_fields(category: DeclarationCategory, texts: Mapping[str, str]) -> list[Row]:
    """Return what the form asks, each with the input that suits it and what was typed."""
    return [
        {
            "name": field.code,
            "label": field.name,
            "input": _input(field),
            "value": texts.get(field.code, ""),
            "optional": not field.required,
            "options": [{"value": c, "label": name} for c, name in field.values.items()],
        }
        for field in category.fields
    ]


def _input(field: Field) -> str:
    if field.type in {FieldType.ENUM, FieldType.DATE}:
        return field.type.value
    if field.type.is_amount:
        return "amount"
    return "long" if (field.max_length or 0) > LONG_TEXT else "text"


def declaration_events(steps: Sequence[DeclarationStep], *, to_firm: bool) -> list[Row]:
    """Return what was done, newest last; a firm reads the office and not the clerk's name."""
    return [
        {
            "at": format_moment(step.taken_at),
            "title": ACTION_NAMES[step.action],
            "text": step.reason,
            "who": _who(step.role, step.actor_name, to_firm=to_firm),
            "tone": "stop" if step.action in DECLARATION_STOPS else "",
        }
        for step in steps
    ]


def commitment_row(row: CommitmentRow) -> Row:
    """Return one line of a list of commitments; `left` are days until the last day."""
    made = row.commitment
    is_open = made.state in OPEN_STATES and made.due_on is not None
    return {
        "id": made.id,
        "number": made.number,
        "firm": row.enterprise.name,
        "uscc": row.enterprise.uscc,
        "kind": KIND_NAMES[made.kind],
        "title": made.title,
        "matter": made.matter,
        "on": format_day(made.signed_at),
        "due": format_day(made.due_on) if made.due_on else "长期",
        "left": (made.due_on - clock.today()).days if is_open and made.due_on else None,
        "state": made.state.value,
        "tone": TONES.get(made.state.value, ""),
        "result": made.result or "",
    }


def commitment_facts(row: CommitmentRow, *, to_all: bool = False) -> list[Row]:
    """Return what a commitment says beside its text; for all without the signer's full name."""
    made = row.commitment
    name = masking.mask_name(made.signer_name) if to_all else made.signer_name
    found = [
        {"label": "承诺书编号", "value": made.number},
        {"label": "承诺企业", "value": row.enterprise.name},
        {"label": "统一社会信用代码", "value": row.enterprise.uscc},
        {"label": "承诺类型", "value": KIND_NAMES[made.kind]},
        {"label": "承诺事项", "value": made.matter},
        {"label": "履行期限", "value": format_day(made.due_on) if made.due_on else "长期"},
        {"label": "核实单位", "value": office_of(row)},
        {"label": "签署", "value": f"{name}，{format_day(made.signed_at)}"},
    ]
    if made.decided_at is not None:
        found.append({"label": "认定日期", "value": format_day(made.decided_at)})
    if made.result and not to_all:
        found.append({"label": "认定依据", "value": made.result})
    return found


def office_of(row: CommitmentRow) -> str:
    """Return who finds whether a commitment was kept."""
    office = row.commitment.department_id
    return institutions.get_department(office).name if office else THE_OFFICE


def commitment_events(steps: Sequence[CommitmentStep], *, to_firm: bool) -> list[Row]:
    """Return what was done, newest last; a firm reads the office and not the clerk's name."""
    return [
        {
            "at": format_moment(step.taken_at),
            "title": COMMITMENT_ACTIONS[step.action],
            "text": step.reason,
            "who": _who(step.role, step.actor_name, to_firm=to_firm),
            "tone": "stop" if step.action in COMMITMENT_STOPS else "",
        }
        for step in steps
    ]


def file_rows(files: Sequence[DeclarationFile] | Sequence[CommitmentFile]) -> list[Row]:
    """Return name, kind, size and day of each attachment."""
    return [
        {
            "id": file.id,
            "name": file.name,
            "kind": file.type.value.upper(),
            "size": _size(file.size),
            "on": format_day(file.uploaded_at),
        }
        for file in files
    ]


def _size(count: int) -> str:
    return f"{count / MIB:.1f} MB" if count >= MIB else f"{max(1, count // KIB)} KB"


def _who(role: Role, name: str, *, to_firm: bool) -> str:
    if role is Role.SYSTEM:
        return SYSTEM
    if role is Role.ENTERPRISE_USER:
        return name if to_firm else FIRM
    return (
        THE_OFFICE if to_firm and role is Role.CREDIT_OFFICE else ("核验部门" if to_firm else name)
    )
