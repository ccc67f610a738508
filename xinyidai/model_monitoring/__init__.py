"""Models in use watched, 模型监测: outcomes as labels, shadow scores, drift, alarms."""
