"""Commands: what  and both engines run."""
