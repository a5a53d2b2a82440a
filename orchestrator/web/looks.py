"""One look at the store for all who ask at once, with an end in time: so that what watches us is answered quickly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")


class Look(Generic[T]):
    """`within` gives what `ask` returns, which runs in a thread; while one look is under way nobody begins another, so
    that a store that is away holds up one thread, however often we are asked.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._under_way: asyncio.Future[T] | None = None

    async def within(self, seconds: float) -> T:
        """TimeoutError; and what `ask` raises."""
        task = self._under_way
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            task = self._under_way = asyncio.ensure_future(run_in_threadpool(self._ask))
        done, _ = await asyncio.wait((task,), timeout=seconds)
        if not done:
            raise TimeoutError
        return task.result()
