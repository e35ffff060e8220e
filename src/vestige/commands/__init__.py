"""Commands: what people and both engines run, one file each."""
