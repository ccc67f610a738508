"""Public credit records, 公共信用信息, behind one door."""
