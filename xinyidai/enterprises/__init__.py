"""Enterprises, 企业."""
