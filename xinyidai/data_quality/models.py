"""数据质量 as tables."""
