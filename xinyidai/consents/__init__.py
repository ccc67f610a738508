"""Consents, 信用信息查询授权."""
