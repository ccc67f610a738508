"""信用报告和信用码 as tables."""
