"""`xinyidai collect` and `collect-set`: bring files of public credit information in, 归集."""

import dataclasses
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click
import yaml

from xinyidai.credit_records.collecting import (
    Collection,
    CollectionRequest,
    SourceMapping,
    collect_in_blocks,
    load_mapping,
)
from xinyidai.credit_records.collecting.changes import BLOCK_ROWS
from xinyidai.credit_records.collecting.drafting import as_json as suggestion_json
from xinyidai.credit_records.collecting.mapping import FOLDER
from xinyidai.credit_records.collecting.suggesting import suggest
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import DomainError, InvalidInput

NOTHING_TAKEN = 2
SOME_REJECTED = 3


@click.command(
    help="归集一个文件（CSV、XLSX、JSON Lines、JSON 数组、Parquet，也可压缩成 gz 或 zip）。"
    "退出码：0 全部接收；3 有退回的行；2 一行也没有接收，或文件无法读取。"
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--kind", default=None, help="信息类别代码，如 administrative_penalty；映射写明时可省略"
)
@click.option("--source", default=None, help="来源（部门代码或名称）；映射文件写明时可省略")
@click.option("--mapping", type=click.Path(path_type=Path), default=None, help="归集映射（YAML）")
@click.option("--suggest", "only_suggest", is_flag=True, help="只给出映射建议（JSON），不归集")
@click.option(
    "--mapping-out", type=click.Path(path_type=Path), default=None, help="建议的映射写到这里"
)
@click.option("--report", type=click.Path(path_type=Path), default=None, help="退回清单写到这里")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="数据截止日期")
@click.option(
    "--block-rows",
    type=click.IntRange(1000),
    default=BLOCK_ROWS,
    show_default=True,
    help="大文件每写入多少行提交一次；中断后重新执行同一命令，从最后一次提交之后继续",
)
@click.option("--json", "as_json", is_flag=True, help="摘要只占一行")
def collect(  # noqa: PLR0913 - the options of one command
    *,
    path: Path,
    kind: str | None,
    source: str | None,
    mapping: Path | None,
    only_suggest: bool,
    mapping_out: Path | None,
    report: Path | None,
    as_of: dt.datetime | None,
    block_rows: int,
    as_json: bool,
) -> None:
    """Collect one file; exit 0 all taken, 3 some rows rejected, 2 nothing taken or not readable."""
    said: dict[str, Any] = {"kind": kind, "source": source, "file": path.name}
    try:
        if only_suggest or mapping_out:
            _suggest(path, kind, mapping_out, as_json=as_json)
            return
        loaded = load_mapping(mapping) if mapping else None
        request = CollectionRequest(
            path,
            _kind(kind, loaded),
            source or (loaded.source if loaded else None) or "",
            loaded,
            report,
            as_of.date() if as_of else None,
        )
        collection = _collect(request, block_rows)
    except DomainError as error:
        _tell(f"未归集：{error.message}")
        _print(said | {"error": error.message, "code": error.code}, as_json=as_json)
        sys.exit(NOTHING_TAKEN)
    _tell(_sentence(collection))
    _print(dataclasses.asdict(collection), as_json=as_json)
    sys.exit(_exit_code([collection]))


def _kind(given: str | None, mapping: SourceMapping | None) -> str:
    kind = given or (mapping.kind if mapping else None)
    if not kind:
        raise InvalidInput(
            "请用 --kind 写明信息类别，或用 --mapping 给出映射；不知道是哪一类时先用 --suggest。",
            code="unknown_kind",
        )
    return kind


def _suggest(path: Path, kind: str | None, out: Path | None, *, as_json: bool) -> None:
    """Print what the assistant proposes, and write the mapping where it is wanted."""
    said = suggestion_json(suggest(path, kind=kind))
    _print(said, as_json=as_json)
    if out is None:
        return
    if said["mapping"] is None:
        raise InvalidInput("没有看出是哪一类信息，没有写映射。请用 --kind 写明后再试。")
    try:
        out.write_text(said["mapping"], encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"映射无法写到“{out.name}”：{error.strerror}。请换一个位置。") from error
    _tell(f"映射已写到“{out.name}”：请核对后用 --mapping 归集。")


@click.command("collect-set", help="按随附的映射依次归集一套公开数据（beijing、invoices、jinan）。")
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="数据集所在的目录")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="数据截止日期")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def collect_set(*, name: str, folder: Path, as_of: dt.datetime | None, as_json: bool) -> None:
    """Collect one of the public sets by the mappings that come with the product."""
    sets = yaml.safe_load((FOLDER / "sets.yaml").read_text(encoding="utf-8"))
    if name not in sets:
        _tell(f"没有名为“{name}”的数据集，可选：{'、'.join(sets)}。")
        sys.exit(NOTHING_TAKEN)
    done: list[Collection] = []
    failed: list[dict[str, str]] = []
    for title in sets[name]:
        mapping = load_mapping(FOLDER / f"{title}.yaml")
        try:
            done.append(_collect(_request(mapping, folder, as_of)))
        except DomainError as error:
            _tell(f"{title}：未归集，{error.message}")
            failed.append({"mapping": title, "error": error.message})
    if as_json:
        files = [dataclasses.asdict(collection) for collection in done]
        _print({"set": name, "files": files, "failed": failed}, as_json=True)
    else:
        _table(done)
    sys.exit(NOTHING_TAKEN if failed else _exit_code(done))


COMMANDS = (collect, collect_set)


def _request(mapping: SourceMapping, folder: Path, as_of: dt.datetime | None) -> CollectionRequest:
    path = folder / (mapping.file or "")
    day = as_of.date() if as_of else None
    return CollectionRequest(path, mapping.kind, mapping.source or "", mapping, None, day)


def _collect(request: CollectionRequest, block_rows: int = BLOCK_ROWS) -> Collection:
    """Take one file in; a large one in blocks, and the same command goes on where it was killed."""
    return collect_in_blocks(
        SYSTEM,
        request,
        lambda step: _tell(f"{request.path.name}：{step}"),
        block_rows=block_rows,
    )


def _exit_code(done: list[Collection]) -> int:
    if not any(collection.is_taken for collection in done):
        return NOTHING_TAKEN
    return SOME_REJECTED if any(collection.rejected for collection in done) else 0


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


def _print(summary: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(summary, ensure_ascii=False, indent=None if as_json else 2, default=str))


def _sentence(done: Collection) -> str:
    dropped = f"不予留存的列：{'、'.join(done.dropped)}。" if done.dropped else ""
    return (
        f"{done.file}：{done.rows} 行，接收 {done.accepted}，无变化 {done.unchanged}，"
        f"待核名 {done.pending_names}，退回 {done.rejected}，涉及企业 {done.firms} 家，"
        f"用时 {done.seconds} 秒。{dropped}"
    )


def _table(done: list[Collection]) -> None:
    click.echo("类别\t文件\t行数\t接收\t无变化\t待核名\t退回\t企业\t秒")
    for one in done:
        cells = (
            one.kind, one.file, one.rows, one.accepted, one.unchanged, one.pending_names,
            one.rejected, one.firms, one.seconds,
        )  # fmt: skip
        click.echo("\t".join(map(str, cells)))
    sums = (
        sum(getattr(one, key) for one in done)
        for key in ("rows", "accepted", "unchanged", "pending_names", "rejected")
    )
    seconds = round(sum(one.seconds for one in done), 1)
    click.echo("\t".join(["合计", str(len(done)), *map(str, sums), "", str(seconds)]))
