"""Credit reports, public query and the credit code of a firm, 信用报告、一键查询与信用码."""
