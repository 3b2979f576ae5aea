"""How fast it is: every engine and network, and what a user would take instead, timed in turn."""
