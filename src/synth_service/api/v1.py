"""Jobs over HTTP: ``/v1``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from synth_handson.locales import Language
from synth_handson.paths import bundled
from synth_handson.tables.checks import MIN_ASSESSED_ROWS
from synth_service import results
from synth_service.api.examples import CHOICES
from synth_service.api.jobs import Jobs
from synth_service.api.models import (
    MULTIPART,
    IdempotencyKey,
    JobView,
    Limits,
    NewJob,
    Owner,
    Plain,
    Spoken,
    TheJob,
    TheJobs,
    as_event,
    job_view,
)
from synth_service.api.problems import problems
from synth_service.records import OPEN, Job, month_of
from synth_service.request import Choices, offered
from synth_service.tariff import bill

router = APIRouter(prefix="/v1")

LOOK = 0.5
"""Seconds between two looks at a job that is watched."""
ALIVE = 15.0
"""Seconds after which a watched job that does not change is told again, so that no proxy hangs up."""

Format = Literal["csv", "parquet", "xlsx", "json"]
FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
LinkedTable = Annotated[
    str | None, Query(max_length=500, description="Which one of linked tables: `people`, or one of events.")
]
Chosen = Annotated[Choices, Body(openapi_examples={"some": {"value": CHOICES}})]


@router.get("/engines", tags=["jobs"], responses=problems())
def engines(
    people: Annotated[
        bool, Query(description="Only those that learn people with several rows each.")
    ] = False,
) -> list[str]:
    """Name the engines that this service offers."""
    return offered(people=people)


@router.get("/limits", tags=["jobs"], responses=problems())
def limits(jobs: TheJobs) -> Limits:
    """Tell what this service takes, before anything is sent."""
    settings = jobs.settings
    return Limits(
        file_bytes=int(settings.max_file_size), rows=settings.max_rows, columns=settings.max_columns,
        least_rows=2 * MIN_ASSESSED_ROWS, cell_characters=settings.max_cell,
    )  # fmt: skip


@router.get(
    "/example.csv",
    tags=["jobs"],
    response_class=FileResponse,
    responses=problems() | {200: {"content": {results.TABLES["csv"].media_type: FILE}}},
)
def get_example() -> FileResponse:
    """Return a table to try the service with: made-up customers, and whether they left."""
    return FileResponse(bundled("customers.csv"), media_type="text/csv", filename="example.csv")


@router.get(
    "/examples/{table}.csv",
    tags=["jobs"],
    response_class=FileResponse,
    responses=problems() | {200: {"content": {results.TABLES["csv"].media_type: FILE}}},
)
def get_linked_example(table: Literal["cardholders", "payments"]) -> FileResponse:
    """Return one of two linked tables to try the service with: made-up cardholders, and their payments."""
    return FileResponse(bundled(f"{table}.csv"), media_type="text/csv", filename=f"{table}.csv")


@router.post(
    "/jobs",
    status_code=202,
    tags=["jobs"],
    responses=problems(402, 408, 409, 413, 429)
    | {202: {"headers": {"Location": {"description": "The job.", "schema": {"type": "string"}}}}},
)
def create_job(
    response: Response,
    jobs: TheJobs,
    owner: Owner,
    language: Spoken,
    sent: Annotated[NewJob, MULTIPART],
    key: IdempotencyKey = None,
) -> JobView:
    """Send a table, or one of people and those of their events, to get synthetic ones."""
    job = jobs.take(owner, sent.request(), sent.files, "run" if sent.start else "check", key)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_view(jobs, job, language)


@router.get("/jobs/{job}", tags=["jobs"], responses=problems(404))
def get_job(job: TheJob, jobs: TheJobs, language: Spoken) -> JobView:
    """Tell how far a job is."""
    return job_view(jobs, job, language)


@router.post("/jobs/{job}/start", status_code=202, tags=["jobs"], responses=problems(402, 404, 409, 410))
def start_job(job: TheJob, jobs: TheJobs, choices: Chosen, language: Spoken) -> JobView:
    """Run a job that was checked or has failed; what is not named stays as it was asked for."""
    return job_view(jobs, jobs.start(job, "run", choices.model_dump(exclude_unset=True)), language)


@router.post("/jobs/{job}/check", status_code=202, tags=["jobs"], responses=problems(404, 409, 410))
def check_job(job: TheJob, jobs: TheJobs, choices: Chosen, language: Spoken) -> JobView:
    """Read the table of a job again that was checked or has failed, with what is said of it now."""
    return job_view(jobs, jobs.start(job, "check", choices.model_dump(exclude_unset=True)), language)


@router.get("/jobs/{job}/choices", tags=["jobs"], responses=problems(404, 410))
def get_choices(job: TheJob, jobs: TheJobs) -> Choices:
    """Tell what is chosen of a job so far."""
    return Choices(**jobs.request(job).model_dump(exclude={"name", "events"}))


@router.delete("/jobs/{job}", status_code=204, tags=["jobs"], responses=problems(404))
def cancel_job(job: TheJob, jobs: TheJobs) -> None:
    """Cancel a job, and erase its table and all that was made of it."""
    jobs.cancel(job)


@router.get(
    "/jobs/{job}/events",
    tags=["jobs"],
    response_class=StreamingResponse,
    responses=problems(404) | {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def watch_job(job: TheJob, request: Request, jobs: TheJobs, language: Spoken) -> StreamingResponse:
    """Tell how far a job is whenever that changes, until nothing more is to come (server-sent events)."""

    def look() -> tuple[str, bool]:
        found = jobs.records.get(job.id)
        return as_event(job_view(jobs, found, language)), found.state in OPEN

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
def get_understood(job: TheJob, jobs: TheJobs, language: Spoken) -> Plain:
    """Tell what was understood of the table: types, personal data, and what becomes of each column."""
    return dict(jobs.profile(job)[language])


@router.get("/jobs/{job}/summary", tags=["results"], responses=problems(404, 409, 410))
def get_summary(job: TheJob, jobs: TheJobs, language: Spoken) -> Plain:
    """Tell in words what follows from the evidence."""
    return dict(jobs.read_result(job, results.SUMMARY)[language])


@router.get("/jobs/{job}/evidence", tags=["results"], responses=problems(404, 409, 410))
def get_evidence(job: TheJob, jobs: TheJobs) -> Plain:
    """Return everything that was measured."""
    return dict(jobs.read_result(job, results.EVIDENCE))


@router.get(
    "/jobs/{job}/report",
    tags=["results"],
    response_class=Response,
    responses=problems(404, 409, 410) | {200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def get_report(
    job: TheJob, jobs: TheJobs, language: Annotated[Language | None, Query()] = None
) -> StreamingResponse:
    """Return the report, one page that needs nothing else; by default in the language of the job."""
    return send_file(jobs, job, results.REPORT[language or jobs.request(job).language])


@router.get(
    "/jobs/{job}/synthetic.{ending}",
    tags=["results"],
    response_class=Response,
    responses=problems(404, 409, 410)
    | {200: {"content": {kind.media_type: FILE for kind in results.TABLES.values()}}},
)
def get_table(job: TheJob, ending: Format, jobs: TheJobs, table: LinkedTable = None) -> StreamingResponse:
    """Return the synthetic table. One that a workbook cannot hold is there in the other formats.

    Of linked tables it is the one that is asked for, by default that of the people; a workbook holds all.
    """
    return send_table(jobs, job, ending, table)


@router.get(
    "/jobs/{job}/all.zip",
    tags=["results"],
    response_class=Response,
    responses=problems(404, 409, 410) | {200: {"content": {"application/zip": {"schema": FILE["schema"]}}}},
)
def get_all(job: TheJob, jobs: TheJobs) -> StreamingResponse:
    """Return all synthetic tables in all their formats, the reports and the evidence in one archive."""
    jobs.check_result(job)
    asked = jobs.request(job)
    kinds = [kind for ending in (job.formats or "").split() for kind in results.table_kinds(asked, ending)]
    packed = jobs.pack(job, [*dict.fromkeys(kinds), *results.REPORT.values(), results.EVIDENCE])
    return _download(packed, "application/zip", f"{jobs.stem(job)}-SYNTHETIC.zip")


@router.get("/usage", tags=["usage"], responses=problems())
def get_usage(
    jobs: TheJobs,
    owner: Owner,
    month: Annotated[
        str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="By default the current month.")
    ] = None,
) -> list[Plain]:
    """Tell what the key of the request has used in a month, and what that costs where there is a tariff."""
    asked = month or month_of(time.time())
    return [bill(use, jobs.tariff) for use in jobs.records.use(asked, owner)]


def send_table(jobs: Jobs, job: Job, ending: str, table: str | None) -> StreamingResponse:
    """Send a synthetic table, or one of those that are linked."""
    jobs.check_result(job)
    return send_file(jobs, job, jobs.table(job, ending, table))


def send_file(jobs: Jobs, job: Job, kind: results.ResultFile) -> StreamingResponse:
    """Send a result, under a name that says what it is."""
    blocks, name = jobs.result(job, kind)
    return _download(blocks, kind.media_type, name)


def _download(blocks: Iterator[bytes], media_type: str, name: str) -> StreamingResponse:
    shown = "inline" if media_type.startswith("text/html") else "attachment"
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}"}
    return StreamingResponse(blocks, media_type=media_type, headers=headers)
