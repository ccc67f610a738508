"""节点交换 as tables."""
