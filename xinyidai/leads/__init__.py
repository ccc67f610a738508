"""Reverse matching, 找客户: whom a bank seeks, counts first, firms only under authorization."""
