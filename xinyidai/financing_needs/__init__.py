"""Financing needs, 融资需求: published without choosing a product, offered to few banks."""
