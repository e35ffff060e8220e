"""Whether a result is current: hashes, proofs, status."""
