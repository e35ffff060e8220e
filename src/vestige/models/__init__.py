"""Networks as named steps, one file a family."""
