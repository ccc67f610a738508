"""Credit commitments and their fulfilment, 信用承诺."""
