"""信用报告与信用码 as tables."""
