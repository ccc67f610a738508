"""Use cases of joint results, 联合结果（可用不可见）."""

from xinyidai.joint_results.documents import allowed_inputs
from xinyidai.joint_results.service.drafting import read_version, submit, upload
from xinyidai.joint_results.service.giving import LimitReached, give
from xinyidai.joint_results.service.reviewing import activate, approve, retire, return_version
from xinyidai.joint_results.service.running import authorized, order_run, read_run, run_all
from xinyidai.joint_results.service.showing import (
    LeftByDay,
    RunLine,
    ToldByBank,
    lines_of,
    privacy_days,
    privacy_pairs,
    read_result,
    result_of_look,
    results_of,
    review_queue,
    spread_of,
    told_of,
)
from xinyidai.joint_results.service.trying import Trial, try_out

__all__ = [
    "LeftByDay",
    "LimitReached",
    "RunLine",
    "ToldByBank",
    "Trial",
    "activate",
    "allowed_inputs",
    "approve",
    "authorized",
    "give",
    "lines_of",
    "order_run",
    "privacy_days",
    "privacy_pairs",
    "read_result",
    "read_run",
    "read_version",
    "result_of_look",
    "results_of",
    "retire",
    "return_version",
    "review_queue",
    "run_all",
    "spread_of",
    "submit",
    "told_of",
    "try_out",
    "upload",
]
