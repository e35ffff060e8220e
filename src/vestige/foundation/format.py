"""The format of the result files; raising it makes every existing result stale."""

FORMAT = 4
