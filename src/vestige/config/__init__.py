"""The study: what params.yaml may say, how it is read, and what is said of its faults."""
