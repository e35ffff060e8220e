"""A process that has imported the packages, and forks a child for each command."""
