"""The evidence log, 存证台账: salted commitments in a sealed, co-signed Merkle tree."""
