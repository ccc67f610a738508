"""自愿注册 as tables."""
