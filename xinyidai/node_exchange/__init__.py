"""Exchange of records with other platform nodes, 节点交换."""
