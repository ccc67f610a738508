"""Reject inference (拒绝推断): bounds, because nobody knows how a refused loan would have ended."""

from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Subject

REFUSED_SHARES = (0.1, 0.3, 0.5)
TIMES_RISKIER = (1, 2, 4)


def bounds(accepted_rate: float, refused_share: float) -> tuple[float, float]:
    """Return the lowest and the highest default rate of all applicants.

    Nothing is assumed about the refused: none or all of them might have defaulted (Manski 1990).
    """
    kept = (1 - refused_share) * accepted_rate
    return kept, kept + refused_share


def rate_if(accepted_rate: float, refused_share: float, times: float) -> float:
    """Return the rate of all applicants if the refused were so many times as risky."""
    refused = min(1.0, times * accepted_rate)
    return (1 - refused_share) * accepted_rate + refused_share * refused


def check_rejects(subject: Subject, _counts: Counts) -> Check:
    """State the bounds; there is nothing to pass, but a single number would be a failure."""
    rate = float(subject.label.mean())
    rows = [
        {
            "refused_share": share,
            "low": bounds(rate, share)[0],
            "high": bounds(rate, share)[1],
            **{f"if_{times}_times": rate_if(rate, share, times) for times in TIMES_RISKIER},
        }
        for share in REFUSED_SHARES
    ]
    low, high = bounds(rate, REFUSED_SHARES[1])
    return Check(
        code="reject_bounds",
        name="拒绝推断的上下界",
        passed=True,
        value=f"若三成申请被拒，全部申请人的违约率在 {low:.1%} 与 {high:.1%} 之间",
        limit="给出上下界，不给单一数字",
        n=len(subject.label),
        binding=False,
        note="表里只有放了款的企业；被拒绝和没有申请过的企业没有结果，评分对它们是外推。",
        numbers={"accepted_rate": rate, "bounds": rows},
    )
