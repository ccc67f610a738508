"""How far today's matching of all firms is, 匹配运行, and an old match computed again, 复算.

What one firm can get is the firm's alone: the office reads counts, and whether a match that a
firm names by its number comes out the same again.
"""

from typing import Any
from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.matching import service
from xinyidai.matching.models import MatchRun
from xinyidai.matching.ranking_rules import current_rule
from xinyidai.matching.service import BatchState, Replayed
from xinyidai.web import match_words
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office.base import OVERSIGHT, UNPROCESSABLE, blueprint, typed


@blueprint.get("/matching")
@allow(*OVERSIGHT)
def matching_state() -> ResponseReturnValue:
    """Show the products and rules that matches of today rest on, and how many firms are done."""
    return _page()


@blueprint.post("/matching")
@allow(*OVERSIGHT)
def matching_replay() -> ResponseReturnValue:
    """Compute the match of this number again; the reading is logged, its result is not kept."""
    number = typed("run_id")
    try:
        with own_transaction():
            run, done = _replay(number)
            return _page(number=number, replayed=_replayed(run, done))
    except InvalidInput as error:
        return _page(number=number, errors=error.fields), UNPROCESSABLE


def _replay(number: str) -> tuple[MatchRun, tuple[Replayed, ...]]:
    try:
        run_id = UUID(number)
        return service.read_run(g.actor, run_id), service.replay_run(g.actor, run_id)
    except ValueError as error:
        words = "请填写企业在“这次匹配怎么来的”里看到的匹配编号。"
        raise InvalidInput(words, fields={"run_id": words}) from error
    except NotFound as error:
        raise InvalidInput(error.message, fields={"run_id": error.message}) from error


def _page(**shown: Any) -> str:
    state = _state_facts(service.read_batch_state(g.actor))
    given = {"number": "", "errors": {}, "replayed": None} | shown
    return render_template("office/matching.html", state=state, **given)


def _state_facts(state: BatchState) -> list[dict[str, str]]:
    counted = format_day(state.counted_on) if state.counted_on else "还没有计数"
    return [
        {"label": "日期", "value": format_day(state.on)},
        {"label": "在售产品", "value": f"{state.products} 款"},
        {"label": "产品目录指纹", "value": match_words.short(state.fingerprint)},
        {"label": "排序规则版本", "value": current_rule().version},
        {"label": "办理结果计数日", "value": counted},
        {"label": "已匹配的企业", "value": f"{state.matched} 家，今天有画像的 {state.profiled} 家"},
    ]


def _replayed(run: MatchRun, done: tuple[Replayed, ...]) -> dict[str, Any]:
    same = sum(one.is_same for one in done)
    return {
        "facts": [
            {"label": "核对时间", "value": format_moment(run.computed_at)},
            {"label": "产品目录指纹", "value": match_words.short(run.products_fingerprint)},
            {"label": "排序规则版本", "value": run.rules_version},
            {"label": "指标字典版本", "value": run.dictionary_version},
            {"label": "重算结果", "value": f"{len(done)} 款，一致 {same} 款"},
        ],
        "moved": [*match_words.moved_names(done), *match_words.factor_names(done)],
        "is_same": same == len(done),
    }
