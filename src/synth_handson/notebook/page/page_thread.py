"""The thread that runs a page's cells, which alone may change the page's states."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class PageThread:
    """The thread that creates it; :meth:`tell` makes it call a function, whatever thread asks.

    If another thread sets a state, marimo marks the cells that follow one by one, and may run some of them
    meanwhile: a cell without the one before it.
    """

    def __init__(self) -> None:
        self._ident = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None
        with suppress(RuntimeError):  # a script has none, and one thread
            self._loop = asyncio.get_running_loop()

    def tell(self, act: Callable[..., None], *told: Any) -> None:
        """Call a function at once in the page's thread; from another, in turn, unless the reader has left."""
        if self._loop is None or threading.get_ident() == self._ident:
            act(*told)
            return
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act, *told)
