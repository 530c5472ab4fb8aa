"""Jobs over HTTP: ``/v1``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
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
    ReaderLanguage,
    TheJobs,
    as_event,
    job_view,
)
from synth_service.api.problems import problems, reader_language
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
    request: Request,
    response: Response,
    jobs: TheJobs,
    owner: Owner,
    sent: Annotated[NewJob, MULTIPART],
    key: IdempotencyKey = None,
) -> JobView:
    """Send a table, or one of people and those of their events, to get synthetic ones."""
    job = jobs.take(owner, sent.request(), sent.files, "run" if sent.start else "check", key)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_view(jobs, job, reader_language(request))


@router.get("/jobs/{job}", tags=["jobs"], responses=problems(404))
def get_job(
    job: str, request: Request, jobs: TheJobs, owner: Owner, language: ReaderLanguage = None
) -> JobView:
    """Tell how far a job is."""
    return job_view(jobs, jobs.get(owner, job), reader_language(request))


@router.post("/jobs/{job}/start", status_code=202, tags=["jobs"], responses=problems(402, 404, 409, 410))
def start_job(job: str, request: Request, jobs: TheJobs, owner: Owner, choices: Chosen) -> JobView:
    """Run a job that was checked or has failed; what is not named stays as it was asked for."""
    started = jobs.start(owner, job, "run", choices.model_dump(exclude_unset=True))
    return job_view(jobs, started, reader_language(request))


@router.post("/jobs/{job}/check", status_code=202, tags=["jobs"], responses=problems(404, 409, 410))
def check_job(job: str, request: Request, jobs: TheJobs, owner: Owner, choices: Chosen) -> JobView:
    """Read the table of a job again that was checked or has failed, with what is said of it now."""
    checked = jobs.start(owner, job, "check", choices.model_dump(exclude_unset=True))
    return job_view(jobs, checked, reader_language(request))


@router.get("/jobs/{job}/choices", tags=["jobs"], responses=problems(404, 410))
def get_choices(job: str, jobs: TheJobs, owner: Owner) -> Choices:
    """Tell what is chosen of a job so far."""
    return Choices(**jobs.request(jobs.get(owner, job)).model_dump(exclude={"name", "events"}))


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
    return dict(jobs.profile(jobs.get(owner, job))[reader_language(request)])


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
def get_table(
    job: str, ending: Format, jobs: TheJobs, owner: Owner, table: LinkedTable = None
) -> StreamingResponse:
    """Return the synthetic table. One that a workbook cannot hold is there in the other formats.

    Of linked tables it is the one that is asked for, by default that of the people; a workbook holds all.
    """
    return send_table(jobs, jobs.get(owner, job), ending, table)


@router.get(
    "/jobs/{job}/all.zip",
    tags=["results"],
    response_class=Response,
    responses=problems(404, 409, 410) | {200: {"content": {"application/zip": {"schema": FILE["schema"]}}}},
)
def get_all(job: str, jobs: TheJobs, owner: Owner) -> StreamingResponse:
    """Return all synthetic tables in all their formats, the reports and the evidence in one archive."""
    found = jobs.get(owner, job)
    jobs.check_result(found)
    asked = jobs.request(found)
    kinds = [kind for ending in (found.formats or "").split() for kind in results.table_kinds(asked, ending)]
    packed = jobs.pack(found, [*dict.fromkeys(kinds), *results.REPORT.values(), results.EVIDENCE])
    name = quote(f"{jobs.stem(found)}-SYNTHETIC.zip", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return StreamingResponse(packed, media_type="application/zip", headers=headers)


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


def send_file(jobs: Jobs, job: Job, kind: results.Kind) -> StreamingResponse:
    """Send a result, under a name that says what it is."""
    blocks, name = jobs.result(job, kind)
    shown = "inline" if kind.media_type.startswith("text/html") else "attachment"
    return StreamingResponse(
        blocks,
        media_type=kind.media_type,
        headers={"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}"},
    )
