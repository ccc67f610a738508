"""Matching of firms and loan products, 供需匹配: outcomes with reasons, a public ranking."""
