"""Loan applications, 贷款申请."""
