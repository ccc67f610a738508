"""Audit trail, 审计留痕: who did what to which record, and when."""
