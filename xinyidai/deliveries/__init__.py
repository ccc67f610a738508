"""Deliveries of records by upload, push and pull, 数据报送."""
