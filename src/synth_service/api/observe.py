"""What is seen from outside: the log of requests, their numbers for Prometheus, and headers of safety."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synth_service.api.problems import Problem, answer_problem
from synth_service.logs import where
from synth_service.records import Records, new_id

log = logging.getLogger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
DOCS_POLICY = PAGE_POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")


class Observe:
    """The ASGI middleware.

    Parameters
    ----------
    app
        What is behind it.
    registry
        Where its numbers are collected.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "synth_handson_requests", "Requests.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "synth_handson_request_seconds",
            "Seconds until an answer begins.",
            ["method", "route"],
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        begun, request, status, begins = time.monotonic(), new_id(), 500, False

        async def sending(message: Message) -> None:
            nonlocal status, begins
            if message["type"] == "http.response.start":
                begins, status = True, message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                docs = scope["path"].startswith("/docs")
                headers.setdefault("Content-Security-Policy", DOCS_POLICY if docs else PAGE_POLICY)
                headers["X-Request-ID"] = request
                self._seconds.labels(method, _route(scope)).observe(time.monotonic() - begun)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            log.error("request=%s unexpected %s", request, where(error))
            if begins:
                raise
            await answer_problem(Request(scope), Problem(500, "unexpected"))(scope, receive, sending)
        finally:
            route = _route(scope)
            self._requests.labels(method, route, status).inc()
            log.info(
                "request=%s method=%s route=%s status=%d seconds=%.3f",
                request, method, route, status, time.monotonic() - begun,
            )  # fmt: skip


def _route(scope: Scope) -> str:
    """Name the route and not the path: a path may hold anything."""
    return str(getattr(scope.get("route"), "path", "other"))


class JobNumbers(Collector):
    """Numbers of jobs, from the database: the same whichever process is asked.

    Parameters
    ----------
    records
        The database.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        records, gauge, counter = self._records, GaugeMetricFamily, CounterMetricFamily
        yield _family(gauge, "jobs", "Jobs by state.", "state", records.counts("state"))
        yield _family(counter, "grades", "Grades given.", "grade", records.counts("grade"))
        yield _family(counter, "job_errors", "Failed jobs by error.", "error", records.counts("failure"))
        times = records.phase_times()
        jobs = {phase: count for phase, (count, _) in times.items()}
        seconds = {phase: spent for phase, (_, spent) in times.items()}
        yield _family(counter, "phase_jobs", "Jobs through a phase.", "phase", jobs)
        yield _family(counter, "phase_seconds", "Seconds jobs spent in a phase.", "phase", seconds)


def _family(
    kind: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    text: str,
    label: str,
    values: Mapping[str, float],
) -> Metric:
    family = kind(f"synth_handson_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
