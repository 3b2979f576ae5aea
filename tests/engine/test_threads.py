"""Numpy's own threads: one while pictures are made, and afterwards as many as before."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event, Thread

from threadpoolctl import threadpool_info

from srcnn.engine.threads import one_core_per_product


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_whoever_leaves_first_the_process_is_left_as_it_was() -> None:
    before = blas_threads()
    first, second = ExitStack(), ExitStack()
    first.enter_context(one_core_per_product())
    second.enter_context(one_core_per_product())
    assert blas_threads() == {1}
    first.close()
    assert blas_threads() == {1}, "the second is still at work"
    second.close()
    assert blas_threads() == before


def test_threads_limit_and_lift_together() -> None:
    """Two threads whose stays overlap: the limit holds for both, from anywhere, and is lifted."""
    entered, may_leave = [Event(), Event()], [Event(), Event()]
    seen = []

    def stay(k: int) -> None:
        with one_core_per_product():
            entered[k].set()
            may_leave[k].wait(10)
            seen.append(blas_threads())

    before = blas_threads()
    threads = [Thread(target=stay, args=(k,)) for k in (0, 1)]
    for k, thread in enumerate(threads):
        thread.start()
        assert entered[k].wait(10)
    for k, thread in enumerate(threads):
        assert blas_threads() == {1}
        may_leave[k].set()
        thread.join()
    assert seen == [{1}, {1}]
    assert blas_threads() == before
