"""A room of visitors on one server: how long each waits for the page and for a control, while one trains.

Visitors speak marimo's own protocol (as its page does, without drawing), so that thirty browsers do not
compete with the server for its cores.

uv run python benchmarks/room.py --visitors 30
"""

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import websockets
from machine import describe_machine

APP = Path(__file__).parents[1] / "app.py"
CONTROL = re.compile(r"object-id='([^']+)'[^>]*>\s*<marimo-(slider|dropdown|radio|button|form)\b([^>]*)>")


class Visitor:
    """One open page: what it was told so far, and what it asks for."""

    def __init__(self, port: int) -> None:
        self.session = f"s_{uuid4().hex[:6]}"
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.AsyncClient(base_url=self.url, timeout=120)
        self.outputs: dict[str, str] = {}
        self.begun = 0.0
        self.runs = 0
        self.lost = False

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[None]:
        """Open the page, and listen until it is closed."""
        self.begun = time.perf_counter()
        page = (await self.http.get("/?lang=en")).text
        token = re.search(r'"serverToken":\s*"([^"]+)"', page)
        self.http.headers.update(
            {
                "Marimo-Session-Id": self.session,
                "Marimo-Server-Token": token[1] if token else "",
            }
        )
        address = f"{self.url.replace('http', 'ws')}/ws?session_id={self.session}&lang=en"
        async with websockets.connect(address, max_size=None) as socket_:
            listening = asyncio.create_task(self._listen(socket_))
            yield
            listening.cancel()
        await self.http.aclose()

    async def _listen(self, socket_: websockets.ClientConnection) -> None:
        try:
            async for message in socket_:
                told = json.loads(message)
                name, data = told["op"], told.get("data") or {}
                if name == "completed-run":
                    self.runs += 1
                if name == "cell-op" and data.get("output"):
                    self.outputs[data["cell_id"]] = str(data["output"].get("data"))
        except websockets.ConnectionClosed:
            self.lost = True

    async def post(self, what: str, **body: object) -> None:
        """Ask the server for something."""
        (await self.http.post(f"/api/kernel/{what}", json=body)).raise_for_status()

    async def wait_for_page(self) -> float:
        """Return the seconds from the visitor's coming until the server has run all cells."""
        await self.until(lambda: self.runs and self.shows("Verdict: "))
        return time.perf_counter() - self.begun

    def shows(self, text: str) -> bool:
        """Tell whether a text stands on the page."""
        return any(text in output for output in self.outputs.values())

    async def until(self, condition: object, seconds: float = 120) -> None:
        """Wait for something."""
        deadline = time.perf_counter() + seconds
        while not condition():  # type: ignore[operator]
            if time.perf_counter() > deadline:
                raise TimeoutError
            await asyncio.sleep(0.005)

    def control(self, label: str) -> str:
        """Return the name of the control with a label."""
        for output in self.outputs.values():
            for name, _, attributes in CONTROL.findall(output):
                if f"003e{label}&#92;u003c" in attributes:
                    return str(name)
        raise LookupError(label)

    async def set(self, label: str, value: object) -> float:
        """Use a control; return the seconds until the page has followed."""
        runs, begun = self.runs, time.perf_counter()
        await self.post("set_ui_element_value", objectIds=[self.control(label)], values=[value])
        await self.until(lambda: self.runs > runs)
        return time.perf_counter() - begun


@asynccontextmanager
async def server() -> AsyncIterator[int]:
    """Start ``marimo run app.py`` with a home of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "run", str(APP), "--headless", "--port", str(port)]
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            command,
            env=os.environ | {"SYNTH_HANDSON_HOME": home, "NO_PROXY": "127.0.0.1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            async with httpx.AsyncClient() as http:
                while True:
                    try:
                        await http.get(f"http://127.0.0.1:{port}/health")
                        break
                    except httpx.HTTPError:
                        await asyncio.sleep(0.2)
            yield port
        finally:
            process.terminate()
            process.wait()


CLICKS: tuple[tuple[str, object], ...] = (
    ("Column", ["job"]),
    ("Another row", 1),
    ("Column", ["balance"]),
    ("Another row", 2),
)


async def room(
    port: int, count: int, *, apart: float = 0.0, training: bool = False
) -> tuple[list[float], list[float], int]:
    """Have visitors come, so many seconds apart; return waits for page and controls, and who was lost."""
    visitors = [Visitor(port) for _ in range(count)]
    opened = [visitor.visit() for visitor in visitors]

    async def come(number: int) -> float:
        await asyncio.sleep(number * apart)
        await opened[number].__aenter__()
        return await visitors[number].wait_for_page()

    pages = await asyncio.gather(*map(come, range(count)))
    if training:
        await visitors[0].post(
            "set_ui_element_value", objectIds=[visitors[0].control("Generate")], values=[1]
        )
        await visitors[0].until(lambda: visitors[0].shows("epoch "))
    waits: list[float] = []
    for label, value in CLICKS:
        for visitor in visitors[training:]:
            waits.append(await visitor.set(label, value))
        # All at the same moment, as when a facilitator says "now".
        waits += await asyncio.gather(*(visitor.set(label, value) for visitor in visitors[training:]))
    if training:
        await visitors[0].until(lambda: visitors[0].shows("Your generator drew these 1,000 rows."))
        await visitors[0].until(lambda: visitors[0].shows("Verdict: "))
    lost = sum(visitor.lost or not visitor.shows("Verdict: ") for visitor in visitors)
    for page in opened:
        await page.__aexit__(None, None, None)
    return list(pages), waits, lost


def row(name: str, pages: list[float], waits: list[float], lost: int) -> str:
    """Write a row of the table."""
    middle, worst = statistics.median(waits), max(waits)
    return (
        f"| {name} | {statistics.median(pages):.1f} | {max(pages):.1f} "
        f"| {middle:.2f} | {worst:.2f} | {lost} |"
    )


async def main() -> None:
    """Print a table: one visitor alone, then a room of them, then the same while one of them trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    count = parser.parse_args().visitors
    print(describe_machine("marimo"))
    heads = ("visitors", "page, median s", "slowest s", "control, median s", "slowest s", "lost")
    print(f"| {' | '.join(heads)} |")
    print("|---" * len(heads) + "|")
    async with server() as port:
        await room(port, 1)
        await asyncio.sleep(20)  # the server is warm after its first visitor, and the engine's imports
        print(row("1", *await room(port, 1)))
        print(row(f"{count}, one a second", *await room(port, count, apart=1.0)))
        print(row(f"{count}, at the same moment", *await room(port, count)))
        waits = await room(port, count, apart=1.0, training=True)
        print(row(f"{count}, one a second, one of them training", *waits))


asyncio.run(main())
