"""The claims of the paper, each with the statistic that decides it."""
