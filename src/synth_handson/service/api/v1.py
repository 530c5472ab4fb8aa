"""Jobs over HTTP: ``/v1``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from synth_handson.locales import Language
from synth_handson.service import results
from synth_handson.service.api.jobs import Jobs
from synth_handson.service.api.models import (
    AskedFor,
    Choices,
    IdempotencyKey,
    JobView,
    Owner,
    Plain,
    ReaderLanguage,
    TheJobs,
    Upload,
    as_event,
    job_view,
    request_of,
)
from synth_handson.service.api.problems import problems, reader_language
from synth_handson.service.records import OPEN, Job, month_of
from synth_handson.service.request import offered
from synth_handson.service.tariff import bill

router = APIRouter(prefix="/v1")

LOOK = 0.5
"""Seconds between two looks at a job that is watched."""
ALIVE = 15.0
"""Seconds after which a watched job that does not change is told again, so that no proxy hangs up."""

Format = Literal["csv", "parquet", "xlsx", "json"]
FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


@router.get("/engines", tags=["jobs"], responses=problems())
def engines() -> list[str]:
    """Name the engines that this service offers."""
    return offered()


@router.post(
    "/jobs",
    status_code=202,
    tags=["jobs"],
    responses=problems(402, 408, 409, 413, 429)
    | {202: {"headers": {"Location": {"description": "The job.", "schema": {"type": "string"}}}}},
)
def create_job(
    request: Request,
    response: Response,
    jobs: TheJobs,
    owner: Owner,
    file: Upload,
    asked: AskedFor,
    key: IdempotencyKey = None,
    start: Annotated[
        bool, Form(description="False only tells what is understood of the table; `…/start` goes on.")
    ] = True,
) -> JobView:
    """Send a table, to get a synthetic one."""
    job = jobs.take(owner, request_of(asked, file), file.file, "run" if start else "check", key)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_view(jobs, job, reader_language(request))


@router.get("/jobs/{job}", tags=["jobs"], responses=problems(404))
def get_job(
    job: str, request: Request, jobs: TheJobs, owner: Owner, language: ReaderLanguage = None
) -> JobView:
    """Tell how far a job is."""
    return job_view(jobs, jobs.get(owner, job), reader_language(request))


@router.post("/jobs/{job}/start", status_code=202, tags=["jobs"], responses=problems(402, 404, 409, 410))
def start_job(job: str, request: Request, jobs: TheJobs, owner: Owner, choices: Choices) -> JobView:
    """Run a job that was checked or has failed; what is not named stays as it was asked for."""
    started = jobs.start(owner, job, choices.model_dump(exclude_unset=True))
    return job_view(jobs, started, reader_language(request))


@router.delete("/jobs/{job}", status_code=204, tags=["jobs"], responses=problems(404))
def cancel_job(job: str, jobs: TheJobs, owner: Owner) -> None:
    """Cancel a job, and erase its table and all that was made of it."""
    jobs.cancel(owner, job)


@router.get(
    "/jobs/{job}/events",
    tags=["jobs"],
    response_class=StreamingResponse,
    responses=problems(404) | {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def watch_job(
    job: str, request: Request, jobs: TheJobs, owner: Owner, language: ReaderLanguage = None
) -> StreamingResponse:
    """Tell how far a job is whenever that changes, until nothing more is to come (server-sent events)."""
    await run_in_threadpool(jobs.get, owner, job)
    spoken = reader_language(request)

    def look() -> tuple[str, bool]:
        found = jobs.get(owner, job)
        return as_event(job_view(jobs, found, spoken)), found.state in OPEN

    async def events() -> AsyncIterator[str]:
        told, since, goes_on = "", time.monotonic(), True
        while goes_on and not await request.is_disconnected():
            event, goes_on = await run_in_threadpool(look)
            if event != told or time.monotonic() - since > ALIVE:
                told, since = event, time.monotonic()
                yield f"event: job\ndata: {event}\n\n"
            if goes_on:
                await asyncio.sleep(LOOK)

    return StreamingResponse(events(), media_type="text/event-stream")


@router.get("/jobs/{job}/understood", tags=["jobs"], responses=problems(404, 409, 410))
def get_understood(
    job: str, request: Request, jobs: TheJobs, owner: Owner, language: ReaderLanguage = None
) -> Plain:
    """Tell what was understood of the table: types, personal data, and what becomes of each column."""
    return dict(jobs.understood(jobs.get(owner, job))[reader_language(request)])


@router.get("/jobs/{job}/summary", tags=["results"], responses=problems(404, 409, 410))
def get_summary(
    job: str, request: Request, jobs: TheJobs, owner: Owner, language: ReaderLanguage = None
) -> Plain:
    """Tell in words what follows from the evidence."""
    return dict(jobs.told(jobs.get(owner, job), results.SUMMARY)[reader_language(request)])


@router.get("/jobs/{job}/evidence", tags=["results"], responses=problems(404, 409, 410))
def get_evidence(job: str, jobs: TheJobs, owner: Owner) -> Plain:
    """Return everything that was measured."""
    return dict(jobs.told(jobs.get(owner, job), results.EVIDENCE))


@router.get(
    "/jobs/{job}/report",
    tags=["results"],
    response_class=Response,
    responses=problems(404, 409, 410) | {200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def get_report(
    job: str, jobs: TheJobs, owner: Owner, language: Annotated[Language | None, Query()] = None
) -> StreamingResponse:
    """Return the report, one page that needs nothing else; by default in the language of the job."""
    found = jobs.get(owner, job)
    kind = results.REPORT[language or jobs.request(found).language]
    return send_file(jobs, found, kind)


@router.get(
    "/jobs/{job}/synthetic.{ending}",
    tags=["results"],
    response_class=Response,
    responses=problems(404, 409, 410)
    | {200: {"content": {kind.media_type: FILE for kind in results.TABLES.values()}}},
)
def get_table(job: str, ending: Format, jobs: TheJobs, owner: Owner) -> StreamingResponse:
    """Return the synthetic table. One that a workbook cannot hold is there in the other formats."""
    return send_file(jobs, jobs.get(owner, job), results.TABLES[ending])


@router.get("/usage", tags=["usage"], responses=problems())
def get_usage(
    jobs: TheJobs,
    owner: Owner,
    month: Annotated[
        str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="By default this one.")
    ] = None,
) -> list[Plain]:
    """Tell what the key of the request has used in a month, and what that costs where there is a tariff."""
    asked = month or month_of(time.time())
    return [bill(use, jobs.tariff) for use in jobs.records.use(asked, owner)]


def send_file(jobs: Jobs, job: Job, kind: results.Kind) -> StreamingResponse:
    """Send a result, under a name that says what it is."""
    blocks, name = jobs.result(job, kind)
    shown = "inline" if kind.media_type.startswith("text/html") else "attachment"
    return StreamingResponse(
        blocks,
        media_type=kind.media_type,
        headers={"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}"},
    )
