"""Run exported networks in the runtimes they are exported for: ``python scripts/interop``.

Each runtime gets an environment of its own in a temporary folder. One that does not install is
skipped, and that is said. The exit code is 1 if any output differs from srcnn's own by more than
the runtime is allowed, or a runtime that is there does not run a graph.
"""

from __future__ import annotations

import sys

from runner import main

sys.exit(main())
