"""Loan products, 金融产品: structured, versioned eligibility criteria with three outcomes."""
