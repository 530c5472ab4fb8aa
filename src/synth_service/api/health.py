"""Is it well? ``/health``, and numbers for Prometheus."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Literal

import psutil
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from synth_service.api.models import TheJobs
from synth_service.api.problems import Problem, problems

router = APIRouter()
numbers = APIRouter()

Part = Literal["ok", "failed"]


class Health(BaseModel):
    """How the service is."""

    status: Annotated[
        Literal["ok", "degraded"], Field(description="ok if all parts are ok and a worker is running.")
    ]
    timestamp: datetime
    version: str
    environment: Literal["production", "development"]
    database: Part
    storage: Part
    workers: Annotated[int | None, Field(description="Workers that reported recently.")]
    disk_free_bytes: Annotated[int | None, Field(description="null for object storage.")]
    memory_available_bytes: int
    process_memory_bytes: int


class Word(BaseModel):
    """One word."""

    status: Literal["ok"] = "ok"


@router.get(
    "/health",
    tags=["health"],
    responses=problems() | {503: {"model": Health, "description": "Something is not well."}},
)
def health(jobs: TheJobs, response: Response) -> Health:
    """Tell how the database, the storage, the disk and memory are."""
    found = look(jobs)
    response.status_code = 200 if found.status == "ok" else 503
    return found


def look(jobs: TheJobs) -> Health:
    """Look at all parts."""
    database: Part = "ok"
    storage: Part = "ok"
    workers = free = None
    try:
        jobs.records.check()
        workers = len(jobs.records.alive())
    except Exception:
        database = "failed"
    try:
        jobs.storage.check()
        free = jobs.storage.free()
    except Exception:
        storage = "failed"
    well = database == storage == "ok" and bool(workers)
    return Health(
        status="ok" if well else "degraded",
        timestamp=datetime.now(UTC),
        version=version("synth-handson"),
        environment=jobs.settings.environment,
        database=database,
        storage=storage,
        workers=workers,
        disk_free_bytes=free,
        memory_available_bytes=psutil.virtual_memory().available,
        process_memory_bytes=psutil.Process().memory_info().rss,
    )


@router.get("/health/live", tags=["health"], responses=problems())
def live() -> Word:
    """Tell that the process answers."""
    return Word()


@router.get("/health/ready", tags=["health"], responses=problems())
def ready(jobs: TheJobs) -> Word:
    """Tell whether requests can be taken: database and storage answer."""
    found = look(jobs)
    if found.database != "ok" or found.storage != "ok":
        raise Problem(503, "not_well")
    return Word()


@numbers.get(
    "/metrics",
    tags=["health"],
    response_class=Response,
    responses=problems() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Return requests, jobs, phases, grades and errors in numbers."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)
