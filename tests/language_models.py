"""A server on this machine that speaks Ollama's and OpenAI's protocols, and answers as a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], Any]
"""Takes what was asked, and returns what the model says: text, or values to be said as JSON."""

MODEL = "small:1b"
THINGS = (
    ("wait", "queue", "minutes", "待た"), ("fee", "charge", "price", "手数料", "料金"),
    ("friendly", "kind", "polite", "丁寧", "親切"), ("app", "website", "アプリ"), ("goal", "match", "試合"),
)  # fmt: skip


class Server:
    """What a test knows of the server.

    Attributes
    ----------
    url
        Its address.
    asked
        The bodies of all requests to the model.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.delay = 0.0
        self.status = 200
        self.redirect = ""
        self.key = ""
        self.forms = ["json_schema", "json_object"]
        self.url = ""
        self.embeds = True

    def embedded(self, body: dict[str, Any]) -> list[list[float]]:
        """Return texts as counts of what they are about, whatever the words: a small model, but a real one.

        Like those of large models, its vectors have much in common: a constant.
        """
        self.asked.append(body)
        return [
            [5.0, *(float(sum(text.lower().count(word) for word in words)) for words in THINGS)]
            for text in body["input"]
        ]

    def said(self, body: dict[str, Any]) -> str:
        self.asked.append(body)
        time.sleep(self.delay)
        said = self.answer(body)
        return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


@contextmanager
def running(answer: Answer) -> Iterator[Server]:
    """Run it while a test lasts."""
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def reply(self, value: object, status: int = 200) -> None:
            content = (value if isinstance(value, str) else json.dumps(value)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            if server.redirect:
                self.send_response(302)
                self.send_header("Location", server.redirect)
                self.end_headers()
            elif self.path == "/api/tags":
                details = {"family": "test", "parameter_size": "1B"}
                self.reply({"models": [{"model": MODEL, "size": 1, "details": details}]})
            elif self.path == "/v1/models" and self.headers.get("Authorization", "") == server.key:
                self.reply({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
            elif self.path == "/v1/models":
                self.reply({"error": {"message": "no key"}}, 401)
            else:
                self.reply("<html>not here</html>", 404)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if body["model"] != MODEL:
                self.reply({"error": f"model '{body['model']}' not found"}, 404)
            elif self.path == "/api/show":
                self.reply({"details": {"family": "test"}, "model_info": {}})
            elif server.status != 200:
                self.reply({"error": "out of memory"}, server.status)
            elif self.path == "/api/chat":
                message = {"role": "assistant", "content": server.said(body)}
                self.reply({"model": MODEL, "message": message, "done": True})
            elif self.path in ("/api/embed", "/v1/embeddings") and not server.embeds:
                self.reply({"error": "this model does not support embeddings"}, 501)
            elif self.path == "/api/embed":
                self.reply({"model": MODEL, "embeddings": server.embedded(body)})
            elif self.path == "/v1/embeddings":
                told = [{"index": i, "embedding": v} for i, v in enumerate(server.embedded(body))]
                self.reply({"object": "list", "data": told[::-1]})
            elif self.path == "/v1/chat/completions" and body["response_format"]["type"] not in server.forms:
                self.reply({"error": {"message": "no such response_format"}}, 500)
            elif self.path == "/v1/chat/completions":
                message = {"role": "assistant", "content": server.said(body)}
                self.reply({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
            else:
                self.reply("<html>not here</html>", 404)

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()
