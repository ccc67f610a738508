"""Credit reports and the credit code of a firm, 信用报告与信用码."""
