"""Oversight of queries, 查询审查: alarms, sampling, reconciliation of reads and events."""
