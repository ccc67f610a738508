"""Take the lines of a package in, 入库: the catalogue's rules first, then the one way for records.

All of it runs in the caller's transaction: a process killed on the way leaves nothing behind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.credit_records.service import NewRecord, cases, door, exchange, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises import service as firms
from xinyidai.enterprises.service import HeldName, Subject, SubjectMatch, SubjectOutcome
from xinyidai.kernel import uscc
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.node_exchange import queries, rules
from xinyidai.node_exchange.errors import PackageRefused
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.node_exchange.service import telling
from xinyidai.node_exchange.unpacking import Package, PackageFile, read_lines
from xinyidai.node_exchange.values import RowFault, Tally, Way

MISMATCH = "代码对应的企业在本节点是另一个名称，请核对企业登记信息"
UNKNOWN = "本节点还没有这个代码的企业，且本行没有名称"


@dataclass(frozen=True)
class Line:
    """One line whose frame is sound."""

    number: int
    content: Mapping[str, Any]

    @property
    def is_ending(self) -> bool:
        """Tell whether the line says that a record is no longer in force there."""
        return bool(self.content["status"] != rules.IN_FORCE)

    @property
    def subject(self) -> tuple[str | None, str | None]:
        """Return code and name of the firm."""
        return self.content["uscc"], self.content["name"]


@dataclass
class _File:
    """One file on its way in; `source` stands before each source, so nobody speaks for others."""

    actor: Actor
    node: ExchangeNode
    package: Package
    file: PackageFile
    kind: str
    tally: Tally
    bad: set[int] = field(default_factory=set)

    def fault(self, line: int, where: str, message: str) -> None:
        """Note why a line is not taken; it counts once, however many faults it has."""
        self.tally.faults.append(RowFault(self.file.name, line, where, message))
        self.tally.rejected += line not in self.bad
        self.bad.add(line)

    def source(self, line: Line) -> str:
        """Return under which source a line's record is kept here."""
        return f"{self.node.code}:{line.content['source']}"


def take_in(actor: Actor, node: ExchangeNode, package: Package) -> Tally:
    """Take a whole package in; rows that break a rule are named and left out.

    Raises:
        PackageRefused: a kind has no counterpart here, or a file is not what the manifest says.

    """
    db.session.execute(door.PATIENCE)
    kinds = {flow.remote_kind: flow.kind for flow in queries.flows_of(node.id, Way.IN)}
    for file in package.files:
        _require_mapped(file.kind, kinds, node)
    tally = Tally()
    for file in package.files:
        _take_file(_File(actor, node, package, file, kinds[file.kind], tally))
    return tally


def _require_mapped(remote: str, kinds: Mapping[str, str], node: ExchangeNode) -> None:
    local = kinds.get(remote)
    if local is None:
        raise PackageRefused(
            f"对方的类别“{remote}”在本节点没有目录对照，没有猜测，整包未接收。"
            "请在节点页面补上对照后重放。",
            code="unknown_kind",
        )
    fault = rules.kind_fault(local, allows_government=node.allows_government)
    if fault:
        raise PackageRefused(f"{fault}，整包未接收。", code="kind_not_allowed")


def _take_file(work: _File) -> None:
    lines = list(_sound_lines(work))
    twins = rules.twin_faults(work.file.name, ((one.number, _key(one)) for one in lines))
    for number, fault in twins.items():
        work.fault(number, fault.field, fault.message)
    lines = [one for one in lines if one.number not in work.bad]
    by_source: dict[str, list[Line]] = {}
    for one in lines:
        if not one.is_ending:
            by_source.setdefault(work.source(one), []).append(one)
    for source, group in sorted(by_source.items()):
        _take_group(work, source, group)
    for one in lines:
        if one.is_ending:
            _end(work, one)


def _sound_lines(work: _File) -> Iterator[Line]:
    for number, content in read_lines(work.package, work.file):
        work.tally.rows += 1
        if content is None:
            work.fault(number, "line", "不是 JSON 对象、太长或含有无法保存的字符")
            continue
        fault = rules.line_faults(content, work.file.kind)
        problem = uscc.find_problem(content["uscc"]) if not fault and content["uscc"] else None
        if fault:
            work.fault(number, *fault)
        elif problem:
            work.fault(number, "uscc", uscc.describe_problem(content["uscc"], problem))
        else:
            yield Line(number, content)


def _key(line: Line) -> tuple[str, ...]:
    code, name = line.subject
    return (code or name or "", line.content["source"], line.content["key"])


def _take_group(work: _File, source: str, group: Sequence[Line]) -> None:
    """Write the records of one source as one batch, 归集批次."""
    subjects = list(dict.fromkeys(line.subject for line in group))
    matches = firms.match_subjects(
        [Subject(number, *subject) for number, subject in enumerate(subjects)], source=source
    )
    places = {subject: matches[number] for number, subject in enumerate(subjects)}
    before = work.tally.rejected
    records = [found for line in group if (found := _record(work, source, line, places))]
    batch = write.open_batch(
        work.actor,
        source=source,
        kind=work.kind,
        file_name=f"节点交换-{work.node.code}-{work.package.sequence}-{work.file.name}",
        sha256=sha256(f"{work.package.id}/{work.file.name}/{source}".encode()).hexdigest(),
    )
    counts = write.add_records(batch.id, records)
    accepted = counts.inserted + counts.superseded
    work.tally.accepted += accepted
    work.tally.unchanged += counts.unchanged
    rejected = work.tally.rejected - before
    write.close_batch(
        work.actor, batch.id, BatchCounts(len(group), accepted, rejected, counts.unchanged)
    )


def _record(
    work: _File,
    source: str,
    line: Line,
    places: Mapping[tuple[str | None, str | None], SubjectMatch],
) -> NewRecord | None:
    texts, match = line.content["fields"], places[line.subject]
    for code in exchange.strange_fields(work.kind, texts):
        work.fault(
            line.number, code[: rules.LONGEST_SOURCE], "不在目录字段中，或属于个人信息，不接收"
        )
    firm = match.enterprise_id or UUID(int=0)
    try:
        record = exchange.read_record(work.kind, firm, source, line.content["key"], texts)
    except InvalidInput as error:
        for where, message in error.fields.items():
            work.fault(line.number, where, message)
        return None
    if line.number in work.bad:
        return None
    if match.outcome is SubjectOutcome.PENDING:
        held = HeldName(source, work.kind, line.subject[1] or "", line.number, record.content)
        firms.hold_names([held])
        work.tally.pending += 1
        return None
    if match.outcome is not SubjectOutcome.FOUND:
        is_mismatch = match.outcome is SubjectOutcome.NAME_MISMATCH
        work.fault(line.number, "name", MISMATCH if is_mismatch else UNKNOWN)
        return None
    return record


def _end(work: _File, line: Line) -> None:
    """Take out of force here what has ended there; only what that very source had sent."""
    firm = _firm_of(line)
    source, key = work.source(line), line.content["key"]
    number = None if firm is None else exchange.find_record(firm, work.kind, source, key)
    if firm is None or number is None:
        work.tally.absent += 1
        return
    fact_key = exchange.key_of(firm, work.kind, source, key)
    trace = cases.trace_record(firm, work.kind, fact_key)
    status = rules.ENDINGS[line.content["status"]]
    why = f"节点 {work.node.code} 第 {work.package.sequence} 号交换包"
    write.retire_record(work.actor, firm, number, status, why)
    telling.tell_recipients(firm, trace, work.package.id)
    work.tally.ended += 1


def _firm_of(line: Line) -> UUID | None:
    code, name = line.subject
    if code is not None:
        found = enterprises.find_by_code(code)
        return None if found is None else found.id
    named = enterprises.find_by_name(name or "")
    return named[0].id if len(named) == 1 else None
