"""One call for all: ``POST /generate`` waits for its job, and answers with the table's place and quality."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from synth_handson.locales import Language, get_text
from synth_service import results
from synth_service.api.jobs import Jobs
from synth_service.api.models import (
    MULTIPART,
    IdempotencyKey,
    JobView,
    Owner,
    Spoken,
    TheJobs,
    Upload,
    job_view,
)
from synth_service.api.problems import Problem, problems
from synth_service.api.v1 import FILE, LOOK, Format, LinkedTable, send_table
from synth_service.records import OPEN, Job

router = APIRouter()
downloads = APIRouter()


class OverallScore(BaseModel):
    """A summary of the evidence, not evidence."""

    overall_quality_score: Annotated[float, Field(ge=0, le=100)]
    grade: str
    interpretation: str


class QualityReport(BaseModel):
    """The evidence in numbers; each score runs from 0 to 100, where rows held out would have 100."""

    overall_score: OverallScore
    fidelity_metrics: dict[str, Any]
    utility_metrics: dict[str, Any]
    privacy_metrics: Annotated[
        dict[str, Any],
        Field(description='`risk_level` is "none found", "undecided" or "high", by the verdict alone.'),
    ]
    verdict: str
    decision: str
    reasons: list[str]
    measured_rows: Annotated[
        int | None,
        Field(
            description="For fewer than 100 rows, a larger draw is measured; they are the first rows of it."
        ),
    ] = None
    measured_people: Annotated[
        int | None, Field(description="With `person`: all numbers are then of people.")
    ] = None
    version: str


class Generated(BaseModel):
    """A synthetic table, or, with status 202, the job that is not done yet."""

    success: bool
    message: str
    download_url: str | None = None
    quality_report: QualityReport | None = None
    job: JobView


@router.post(
    "/generate",
    tags=["generate"],
    responses=problems(402, 408, 409, 410, 413, 429)
    | {202: {"model": Generated, "description": "It takes longer: ask for the job."}},
)
async def generate(
    request: Request,
    response: Response,
    jobs: TheJobs,
    owner: Owner,
    language: Spoken,
    sent: Annotated[Upload, MULTIPART],
    key: IdempotencyKey = None,
) -> Generated:
    """Send a table and wait for the synthetic one; after a while the answer is the job to ask for."""
    job = await run_in_threadpool(jobs.take, owner, sent.request(), sent.files, "run", key)
    # A request that only waits takes no place from others.
    request.state.leave()
    deadline = time.monotonic() + jobs.settings.generate_seconds
    while job.state in OPEN and time.monotonic() < deadline and not await request.is_disconnected():
        await asyncio.sleep(LOOK)
        job = await run_in_threadpool(jobs.get, owner, job.id)
    if job.state in OPEN:
        response.status_code = 202
        response.headers["Location"] = f"/v1/jobs/{job.id}"
    return await run_in_threadpool(_answer, jobs, job, language)


def _answer(jobs: Jobs, job: Job, language: Language) -> Generated:
    view = job_view(jobs, job, language)
    if job.state in OPEN:
        return Generated(success=False, message=get_text(language, "service.still_running"), job=view)
    if job.state == "failed":
        raise Problem(422, "failed", reason=view.failure)
    if job.state != "succeeded":
        raise Problem(410, "erased", state=job.state)
    report = QualityReport.model_validate(jobs.read_result(job, results.QUALITY))
    return Generated(
        success=True,
        message=report.decision,
        download_url=f"/download/{job.download}.csv",
        quality_report=report,
        job=view,
    )


@downloads.get(
    "/download/{token}.{ending}",
    tags=["generate"],
    response_class=Response,
    responses=problems(404, 409, 410)
    | {200: {"content": {kind.media_type: FILE for kind in results.TABLES.values()}}},
)
def download(
    token: Annotated[str, Path(max_length=64)], ending: Format, jobs: TheJobs, table: LinkedTable = None
) -> StreamingResponse:
    """Return a synthetic table by a name that nobody can guess; it needs no key."""
    job = jobs.records.by_download(token)
    if job is None:
        raise Problem(404, "file")
    return send_table(jobs, job, ending, table)
