"""Requests for JSON to a server with a large language model, in Ollama's or OpenAI's protocol."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from synth_handson.errors import ArgumentError, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    import ollama

    from synth_handson.metrics.arrays import Floats

OLLAMA = "http://127.0.0.1:11434"
"""Default address of Ollama."""
MODEL = "qwen2.5:7b"
INSTALL = 'pip install "synth-handson[llm]"'
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 300.0
"""Longest wait for an answer. A model with 7 billion weights takes about a minute for a batch without a
GPU."""
TEMPERATURE = 0.9
EMBEDDED = 64
"""Texts embedded at a time."""
KEY = "OPENAI_API_KEY"

UNKNOWN_FORM = (400, 422, 500)
"""Status codes of servers that do not support a response format, among other reasons."""

Messages = Sequence[Mapping[str, str]]


class UnusableAnswerError(Exception):
    """The model's answer is not the JSON it was asked for; another attempt may work."""


@dataclass(frozen=True)
class LanguageModel(ABC):
    """A large language model on a server.

    Attributes
    ----------
    url
        Address of the server.
    model
        Name of the model there.
    allow_remote
        Whether the server may be another machine: what it is sent leaves this one then.
    """

    url: str
    model: str
    allow_remote: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ArgumentError("llm_address", address=self.url)
        if not (self.allow_remote or is_here(parts.hostname)):
            raise ArgumentError("llm_remote", address=self.url)

    @abstractmethod
    def check(self) -> None:
        """Check that the server is reachable and has the model, before minutes are spent.

        Raises
        ------
        ArgumentError
            If the extra is not installed.
        ServerError
            If nothing answers, what answers is no such server, or it has no such model.
        """

    @abstractmethod
    def ask(self, messages: Messages, schema: Mapping[str, Any], seed: int) -> Any:
        """Ask for JSON of a schema, and return it as plain values.

        Raises
        ------
        ServerError
            If the server does not answer, or refuses.
        UnusableAnswerError
            If the answer is no JSON.
        """

    @abstractmethod
    def _embedded(self, texts: list[str]) -> Sequence[Sequence[float]]:
        """Request embeddings of some texts."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Request embeddings of texts. Shape (n, dimensions).

        Raises
        ------
        ServerError
            If the server does not answer, or refuses: not every model, and not every server, has embeddings.
        """
        import numpy as np

        with self._explained():
            parts = [list(texts[first : first + EMBEDDED]) for first in range(0, len(texts), EMBEDDED)]
            vectors = np.array([vector for part in parts for vector in self._embedded(part)], dtype=float)
            if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
                raise ValueError("not as many vectors as texts")
            return vectors

    def ask_list(
        self, task: str, asked: Mapping[str, Any], name: str, item: Mapping[str, Any], count: int, seed: int
    ) -> list[Any] | None:
        """Ask for a list of a given length; None if the answer is anything else.

        Parameters
        ----------
        task
            What is to be done.
        asked
            What with.
        name
            What the list is called in the answer.
        item
            JSON schema of one of them.
        count, seed
            How many, and the seed.

        Raises
        ------
        ServerError
            As of `ask`.
        """
        array = {"type": "array", "items": dict(item), "minItems": count, "maxItems": count}
        schema = {"type": "object", "properties": {name: array}, "required": [name]}
        said = json.dumps(asked, ensure_ascii=False, indent=1)
        messages = [{"role": "system", "content": task}, {"role": "user", "content": said}]
        try:
            answer = self.ask(messages, schema, seed)
        except UnusableAnswerError:
            return None
        found = answer.get(name) if isinstance(answer, dict) else None
        return found if isinstance(found, list) and len(found) == count else None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Describe in plain words what went wrong with the connection."""
        import httpx

        try:
            yield
        except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerError("llm_down", address=self.url) from error
        except httpx.TimeoutException as error:
            raise ServerError("llm_slow", address=self.url, seconds=ANSWER_SECONDS) from error
        except (httpx.HTTPError, LookupError, ValueError, TypeError) as error:
            raise ServerError("llm_foreign", address=self.url) from error

    def _connection(self) -> dict[str, Any]:
        """Return settings of the connection: no redirect or proxy may take texts to another machine."""
        import httpx

        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        here = is_here(urlsplit(self.url).hostname or "")
        return {"timeout": timeout, "follow_redirects": False, "trust_env": not here}


class Ollama(LanguageModel):
    """A model of a server that speaks Ollama's protocol."""

    def check(self) -> None:
        """Check that the server is reachable and has the model."""
        if find_spec("ollama") is None:
            raise ArgumentError("llm_missing", install=INSTALL)
        import ollama

        with super()._explained():
            try:
                self._client.list()
                self._client.show(self.model)
            except ollama.ResponseError as error:
                if error.status_code == 404 and "model" in error.error:
                    raise ServerError("llm_model", address=self.url, model=self.model) from error
                raise ServerError("llm_foreign", address=self.url) from error

    def ask(self, messages: Messages, schema: Mapping[str, Any], seed: int) -> Any:
        """Ask for JSON of a schema."""
        options = {"seed": seed, "temperature": TEMPERATURE}
        with self._explained():
            reply = self._client.chat(
                model=self.model, messages=list(messages), format=dict(schema), options=options
            )
        return _parsed(reply.message.content)

    def _embedded(self, texts: list[str]) -> Sequence[Sequence[float]]:
        return self._client.embed(self.model, texts).embeddings

    @contextmanager
    def _explained(self) -> Iterator[None]:
        import ollama

        with super()._explained():
            try:
                yield
            except ollama.ResponseError as error:
                raise ServerError("llm_refused", address=self.url, reason=error.error[:300]) from error

    @cached_property
    def _client(self) -> ollama.Client:
        import ollama

        return ollama.Client(self.url, **self._connection())


class OpenAiCompatible(LanguageModel):
    """A model of any server that speaks the protocol of OpenAI's chat completions."""

    def check(self) -> None:
        """Check that the server is reachable and has the model, if it lists its models."""
        with self._explained():
            reply = self._client.get("models")
            if reply.status_code in (401, 403):
                raise ServerError("llm_key", address=self.url, variable=KEY)
            # Some servers have no list of their models.
            if reply.status_code != 404:
                known = {entry["id"] for entry in reply.raise_for_status().json()["data"]}
                if self.model not in known:
                    raise ServerError("llm_model", address=self.url, model=self.model)

    def ask(self, messages: Messages, schema: Mapping[str, Any], seed: int) -> Any:
        """Ask for JSON of a schema."""
        # The second is what some servers know instead, such as llama.cpp's from Python.
        formats: tuple[dict[str, Any], ...] = (
            {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}},
            {"type": "json_object", "schema": dict(schema)},
        )
        requested = {"messages": list(messages), "seed": seed, "temperature": TEMPERATURE}
        with self._explained():
            for form in formats:
                reply = self._post("chat/completions", response_format=form, **requested)
                if reply.status_code not in UNKNOWN_FORM:
                    break
            said = self._accepted(reply)["choices"][0]["message"]["content"]
        return _parsed(said)

    def _embedded(self, texts: list[str]) -> Sequence[Sequence[float]]:
        found = self._accepted(self._post("embeddings", input=texts))["data"]
        return [one["embedding"] for one in sorted(found, key=lambda one: one["index"])]

    def _post(self, path: str, **requested: Any) -> httpx.Response:
        return self._client.post(path, json={"model": self.model, **requested})

    def _accepted(self, reply: httpx.Response) -> Any:
        if reply.status_code >= 300:
            raise ServerError("llm_refused", address=self.url, reason=reply.text[:300])
        return reply.json()

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx

        key = os.environ.get(KEY)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url.rstrip("/") + "/", headers=headers, **self._connection())


def language_model(url: str, model: str, allow_remote: bool = False) -> LanguageModel:
    """Choose the protocol by the address: OpenAI's ends with ``/v1``; all others are Ollama's."""
    speaks_openai = urlsplit(url).path.rstrip("/").endswith("/v1")
    return (OpenAiCompatible if speaks_openai else Ollama)(url, model, allow_remote)


def is_here(host: str) -> bool:
    """Tell whether a host name refers to this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _parsed(said: str | None) -> Any:
    try:
        # Small models break lines inside of texts.
        return json.loads(said or "", strict=False)
    except ValueError as error:
        raise UnusableAnswerError(str(error)) from error
