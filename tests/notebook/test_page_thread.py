"""What other threads find is told to the page by its own thread."""

import asyncio
import threading

from synth_handson.notebook.page.page_thread import PageThread


def told_from_threads(page: PageThread, heard: list[tuple[int, int]], count: int) -> None:
    def hear(number: int) -> None:
        heard.append((number, threading.get_ident()))

    thread = threading.Thread(target=lambda: [page.tell(hear, number) for number in range(count)])
    thread.start()
    thread.join()


def test_the_page_hears_of_it_in_its_own_thread_and_in_turn() -> None:
    heard: list[tuple[int, int]] = []

    async def page() -> None:
        told_from_threads(PageThread(), heard, 100)
        assert not heard  # not while a cell runs
        await asyncio.sleep(0)
        PageThread().tell(lambda: heard.append((100, threading.get_ident())))

    asyncio.run(page())
    assert heard == [(number, threading.get_ident()) for number in range(101)]


def test_without_a_page_it_is_called_at_once() -> None:
    heard: list[tuple[int, int]] = []
    told_from_threads(PageThread(), heard, 3)
    assert [number for number, _ in heard] == [0, 1, 2]


def test_a_reader_who_has_left_hears_nothing() -> None:
    heard: list[tuple[int, int]] = []

    async def page() -> PageThread:
        return PageThread()

    told_from_threads(asyncio.run(page()), heard, 3)
    assert not heard
