"""What the service has done since its start, as Prometheus reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping

_BOUNDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the histogram's buckets, in seconds."""

Gauge = Callable[[], float]


class Metrics:
    """Counters of the service. Used from one thread, that of the event loop."""

    def __init__(self) -> None:
        """Start at zero."""
        self._answers: Counter[tuple[str, int]] = Counter()
        self._replaced: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, path: str, status: int) -> None:
        """Count an answer."""
        self._answers[path, status] += 1

    def replaced(self, reason: str) -> None:
        """Count a worker that was replaced."""
        self._replaced[reason] += 1

    def worked(self, seconds: float) -> None:
        """Count a job of a worker."""
        self._buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds += seconds

    def moved(self, direction: str, count: int) -> None:
        """Count bytes of pictures, ``in`` or ``out``."""
        self._bytes[direction] += count

    def text(self, gauges: Mapping[str, tuple[str, Gauge]]) -> str:
        """Return everything in Prometheus's text format 0.0.4.

        Args:
            gauges: (help text, function that returns the value now) by name.
        """
        lines: list[str] = []

        def family(name: str, kind: str, text: str, samples: Mapping[str, float]) -> None:
            lines.append(f"# HELP srcnn_{name} {text}")
            lines.append(f"# TYPE srcnn_{name} {kind}")
            lines.extend(
                f"srcnn_{name}{label} {_number(value)}" for label, value in samples.items()
            )

        answers = {
            f'{{path="{path}",status="{status}"}}': count
            for (path, status), count in sorted(self._answers.items())
        }
        family("requests_total", "counter", "Answers by path and status.", answers)
        replaced = {f'{{reason="{why}"}}': n for why, n in sorted(self._replaced.items())}
        family("workers_replaced_total", "counter", "Workers replaced, by reason.", replaced)
        moved = {f'{{direction="{way}"}}': n for way, n in sorted(self._bytes.items())}
        family("picture_bytes_total", "counter", "Bytes of pictures taken and given.", moved)
        family("work_seconds", "histogram", "Time that workers took for a request.", {})
        total = 0
        for bound, count in zip((*_BOUNDS, "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'srcnn_work_seconds_bucket{{le="{bound}"}} {total}')
        lines.append(f"srcnn_work_seconds_sum {_number(self._seconds)}")
        lines.append(f"srcnn_work_seconds_count {total}")
        for name, (text, value) in gauges.items():
            family(name, "gauge", text, {"": value()})
        return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """Return a value with all its digits, since counters of bytes have more than six."""
    return repr(int(value) if float(value).is_integer() else float(value))
