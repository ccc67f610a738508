"""联合奖惩核查 as tables."""
