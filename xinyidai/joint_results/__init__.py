"""Joint results without data leaving, 可用不可见: a bank's own scorecard runs inside."""
