"""Enterprise profiles, 企业画像."""
