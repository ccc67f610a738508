"""数据报送 as tables."""
