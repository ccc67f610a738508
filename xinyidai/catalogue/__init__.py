"""Catalogue, 目录: record kinds, purposes, list types and reasons as reviewed data."""
