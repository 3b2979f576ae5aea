"""Numpy's own threads: one while pictures are made, and afterwards as many as before."""

from __future__ import annotations

from contextlib import ExitStack

from threadpoolctl import threadpool_info, threadpool_limits

from srcnn.engine.threads import one_core_per_product


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_whoever_leaves_first_the_process_is_left_as_it_was() -> None:
    with threadpool_limits(2, "blas"):
        assert blas_threads() == {2}
        first, second = ExitStack(), ExitStack()
        first.enter_context(one_core_per_product())
        second.enter_context(one_core_per_product())
        assert blas_threads() == {1}
        first.close()
        assert blas_threads() == {1}, "the second is still at work"
        second.close()
        assert blas_threads() == {2}
