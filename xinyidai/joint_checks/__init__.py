"""Checks of firms against lists, with statutory measures and feedback, 联合奖惩核查."""
