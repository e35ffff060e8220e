"""What training consists of, and what it leaves: optimizer, checkpoints, states from which it resumes."""
