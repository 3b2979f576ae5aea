"""The command line: `main`, and one thin file per verb."""
