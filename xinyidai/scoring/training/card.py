"""Writing the artefact folder: model, transform, metrics, manifest and 模型说明 (model card)."""

import hashlib
import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from xinyidai.kernel.errors import Conflict
from xinyidai.scoring.artefacts import FORMAT, MANIFEST, MODEL_FILE, Algorithm
from xinyidai.scoring.rules import (
    BASE_ODDS,
    BASE_POINTS,
    MASTER_SCALE_VERSION,
    MASTER_SCALES,
    POINTS_TO_DOUBLE_ODDS,
)
from xinyidai.scoring.scorecard import scorecard_json
from xinyidai.scoring.training.card_parts import challengers_text, findings_text, segments_text
from xinyidai.scoring.training.fit import plain_params
from xinyidai.scoring.training.pipeline import TrainedModel
from xinyidai.scoring.training.spec import spec_json
from xinyidai.scoring.transform import transform_json
from xinyidai.scoring.values import MissingPolicy, ModelState

LIBRARIES = ("lightgbm", "numpy", "scikit-learn", "duckdb")


def write_artefact(model: TrainedModel, folder: Path, *, overwrite: bool = False) -> Path:
    """Write the artefact; nothing in it depends on the clock, so equal input gives equal bytes."""
    if folder.exists() and any(folder.iterdir()) and not overwrite:
        raise Conflict(f"{folder} 里已有文件；已有的模型版本不覆盖。", code="artefact_exists")
    contents = artefact_files(model)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def artefact_files(model: TrainedModel) -> dict[str, bytes]:
    """Return every file of the artefact by name, the manifest last."""
    texts = {
        MODEL_FILE[model.algorithm]: _model_file(model),
        "transform.json": _json(transform_json(model.transform)),
        "metrics.json": _json(metrics_json(model)),
        "card.md": card_text(model),
    }
    if model.search is not None:
        texts["search.json"] = _json(model.search.as_json())
    if model.challenge is not None:
        texts["challengers.json"] = _json(model.challenge.as_json())
    if model.segments:
        texts["segments.json"] = _json([segment.as_json() for segment in model.segments])
    contents = {name: text.encode() for name, text in texts.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return {**contents, MANIFEST: _json(manifest_json(model, hashes)).encode()}


def _model_file(model: TrainedModel) -> str:
    if model.challenge is None or model.algorithm is Algorithm.LIGHTGBM:
        return model.model_text
    return _json(scorecard_json(model.challenge.card, model.transform))


def metrics_json(model: TrainedModel) -> dict[str, object]:
    """Return metrics.json: split, leak check, folds and all rows out of fold."""
    spec = model.spec
    return {
        "split": {
            "kind": "stratified" if spec.time_column is None else "forward",
            "folds": spec.folds,
            "seed": spec.seed,
        },
        "auc_alone": dict(model.aucs_alone),
        "leaks": [asdict(leak) for leak in model.leaks],
        "findings": [asdict(finding) for finding in model.findings],
        "proofs": asdict(model.proofs),
        **model.validation.as_json(),
        **({} if spec.time_column is None else {"out_of_time": asdict(model.validation.folds[-1])}),
    }


def manifest_json(model: TrainedModel, hashes: dict[str, str]) -> dict[str, object]:
    """Return manifest.json: what the folder holds and all that is needed to train it again."""
    spec = model.spec
    return {
        "format": FORMAT,
        "code": spec.code,
        "version": spec.version,
        "title": spec.title or spec.code,
        "state": spec.state.value,
        **({} if model.algorithm is Algorithm.LIGHTGBM else {"algorithm": model.algorithm.value}),
        "demo": spec.demo,
        "activatable": not model.obstacles,
        "obstacles": list(model.obstacles),
        "files": hashes,
        "training": {
            "table": model.table_name,
            "table_sha256": model.table_sha256,
            "rows": model.rows,
            "bads": model.bads,
            "trained_on": spec.trained_on,
            "seed": spec.seed,
            "params": plain_params(model.params),
            "spec": spec_json(spec),
            "libraries": {name: version(name) for name in LIBRARIES},
            "python": platform.python_version(),
        },
    }


def card_text(model: TrainedModel) -> str:
    """Return 模型说明 in plain Chinese Markdown, for the people who decide about the model."""
    parts = [
        _opening(model),
        _data(model),
        _results(model),
        challengers_text(model.challenge),
        segments_text(model.segments),
        findings_text(model.findings),
        _features(model),
        _gaps(model),
        _scale(model),
        _limits(model),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _opening(model: TrainedModel) -> str:
    spec = model.spec
    notes = []
    if spec.demo:
        notes.append("> **演示模型**：用虚构数据训练，只供演示。")
    if spec.state is ModelState.REFERENCE:
        notes.append("> **参考模型**（reference）：用来核对训练和评估流程，永远不用于给企业评分。")
    notes.append("评分仅供参考，是否放款由银行决定。")
    lines = [f"# {spec.title or spec.code} {spec.version}", *notes]
    if spec.trained_on:
        lines.append(f"训练日期：{spec.trained_on}")
    lines += ["## 用途", spec.purpose or "未说明。"]
    lines += [_bullets("适用", spec.fit_for), _bullets("不适用", spec.not_fit_for)]
    return "\n\n".join(line for line in lines if line)


def _bullets(title: str, items: tuple[str, ...]) -> str:
    return "" if not items else "\n".join([f"{title}：", "", *(f"- {item}" for item in items)])


def _data(model: TrainedModel) -> str:
    label = model.spec.label
    lines = [
        "## 训练数据",
        "",
        f"- 表：`{model.table_name}`，{model.rows} 行，SHA-256 `{model.table_sha256}`",
        f"- 结果列：`{label.column}` = `{label.positive}` 表示{label.meaning}",
        f"- {label.meaning}：{model.bads} 例，占 {model.bads / model.rows:.2%}",
    ]
    lines += [f"- {name}：{text}" for name, text in model.spec.data.items()]
    if model.spec.exclude:
        lines.append(f"- 排除的列：{'、'.join(model.spec.exclude)}")
    return "\n".join(lines)


def _results(model: TrainedModel) -> str:
    split = "按时间先后" if model.spec.time_column else "分层随机"
    others = "更早的" if model.spec.time_column else "其他"
    spread = model.validation.as_json()
    head = "| | 行数 | AUC | KS | Brier（基准） | 对数损失 | ECE | 校准斜率 |"
    rows = [("全部（折外）", model.validation.overall)]
    rows += [(f"第 {i} 折", fold) for i, fold in enumerate(model.validation.folds, start=1)]
    if model.spec.time_column:
        rows[-1] = ("时间外（最后一段）", model.validation.folds[-1])
    table = [
        f"| {name} | {m.rows} | {m.auc:.4f} | {m.ks:.4f} | {m.brier:.4f}（{m.brier_base:.4f}） "
        f"| {m.log_loss:.4f} | {m.ece:.4f} | {m.slope:.3f} |"
        for name, m in rows
    ]
    found = "、".join(f"{leak.feature}（{leak.auc:.3f}）" for leak in model.leaks) or "没有"
    return "\n".join(
        [
            "## 效果",
            "",
            f"{split}分 {model.spec.folds} 折（种子 {model.spec.seed}），每折重新训练。",
            _how_chosen(model),
            (
                f"概率用{others}折校准。"
                f"各折 AUC 平均 {spread['auc_mean']}，标准差 {spread['auc_sd']}。"
            ),
            "",
            head,
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *table,
            "",
            f"泄露检查（单个特征 AUC 高于 0.85）：{found}。",
            (
                f"风险方向检验 {model.proofs.monotone_pairs} 对，"
                f"违反 {model.proofs.monotone_violations}；"
                f"不授权检验 {model.proofs.withheld_rows} 次，"
                f"获益 {model.proofs.withholding_gains}。"
            ),
            *(f"- 已复核 {name}：{why}" for name, why in model.spec.leaks_reviewed.items()),
        ]
    )


def _how_chosen(model: TrainedModel) -> str:
    if model.search is None:
        return "训练参数由规格或表的大小给定。"
    shares = "、".join(f"{s.name} {s.weight:.0%}" for s in model.search.params.blend)
    where = "最后一段以前的行" if model.spec.time_column else "训练行"
    return (
        f"训练参数在{where}的内部划分上搜索，{len(model.search.trials)} 次试验见 search.json；"
        f"模型是几种参数的加权平均：{shares}。"
        + ("最后一段没有用于搜索和校准。" if model.spec.time_column else "")
    )


def _features(model: TrainedModel) -> str:
    signs = {1: "越大风险越高", -1: "越大风险越低", 0: "不限定"}
    rows = [
        f"| `{f.name}` | {f.wording.label} | {signs[f.monotone]} | {f.justification or '—'} "
        f"| {model.missing_shares[f.name]:.1%} | {model.aucs_alone[f.name]:.3f} |"
        for f in model.spec.features
    ]
    return "\n".join(
        [
            "## 特征",
            "",
            "| 代码 | 名称 | 方向 | 理由 | 缺失率 | 单独 AUC |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def _gaps(model: TrainedModel) -> str:
    if model.spec.missing is MissingPolicy.NATIVE:
        text = "由 LightGBM 自行处理。这样的模型不能保证“不授权不会换来更好的评分”，不得启用。"
    else:
        text = (
            "没有记录和记录过时：放在训练数据里违约率相同的位置；未授权：取该特征最差的合法值。"
            "因此不授权任何一组数据都不会使评分变好。"
        )
    core = [f.wording.label for f in model.spec.features if f.core]
    if core and model.spec.min_core:
        text += f"\n\n核心指标：{'、'.join(core)}。"
        text += f"不足 {model.spec.min_core} 项时不评分，显示数据不足。"
    return f"## 缺失数据\n\n{text}"


def _scale(model: TrainedModel) -> str:
    scale = MASTER_SCALES[MASTER_SCALE_VERSION]
    bands = "，".join(f"{grade} < {end:.1%}" for grade, end in scale[:-1])
    calibration = model.transform.calibration
    return (
        f"## 校准、等级和分数\n\n"
        f"概率 = 1/(1+exp(-({calibration.slope:.4f}·s + {calibration.intercept:.4f})))，"
        f"s 为模型输出。\n\n"
        f"等级（标尺 {MASTER_SCALE_VERSION}，按违约概率）：{bands}，其余 {scale[-1][0]}。\n\n"
        f"分数 300–900：好坏比 {BASE_ODDS:.0f}:1 为 {BASE_POINTS} 分，"
        f"好坏比每翻一倍加 {POINTS_TO_DOUBLE_ODDS} 分。"
    )


def _limits(model: TrainedModel) -> str:
    lines = list(model.obstacles) or ["没有；仍须验证和两人批准后才能启用。"]
    body = "\n".join(f"- {line}" for line in lines)
    return (
        "## 启用的障碍\n\n"
        f"{body}\n\n"
        "## 已知局限\n\n"
        + (
            ""
            if model.spec.time_column
            else "- 分层随机分折不能说明未来的效果；启用前须用更晚的样本检验并检查漂移。\n"
        )
        + "- 没有进入训练表的企业（例如没有申请过或被拒绝的）没有结果可学，对它们的评分没有依据。"
    )


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
