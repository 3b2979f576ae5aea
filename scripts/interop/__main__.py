"""Run exported networks in the runtimes they are exported for: ``python scripts/interop``.

Each runtime gets an environment of its own in a temporary folder. One that cannot be installed is
skipped with a message. The exit code is 1 if any output differs from srcnn's own by more than
the runtime is allowed, or an installed runtime does not run a graph.
"""

from __future__ import annotations

import sys

from runner import main

sys.exit(main())
