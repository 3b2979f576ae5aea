"""``python -m srcnn`` is ``srcnn``."""

import sys

from srcnn.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
