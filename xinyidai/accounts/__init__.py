"""Accounts, sign-in and API clients, 账户与登录."""
