"""Operating statistics, 运行统计."""
