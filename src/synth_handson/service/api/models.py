"""What requests bring and answers hold, as OpenAPI documents it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, File, Form, Header, Query, Request, UploadFile
from pydantic import BaseModel, Field

from synth_handson.locales import Language
from synth_handson.service.api.jobs import Jobs
from synth_handson.service.records import ENDED, Job, Phase, State
from synth_handson.service.request import AUTO
from synth_handson.service.request import Request as Asked
from synth_handson.tables.checks import MAX_SEED

NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, Field(max_length=500, pattern=NO_NUL)]


def _jobs(request: Request) -> Jobs:
    found: Jobs = request.app.state.jobs
    return found


def _owner(request: Request) -> str:
    return str(request.state.owner)


TheJobs = Annotated[Jobs, Depends(_jobs)]
Owner = Annotated[str, Depends(_owner)]
ReaderLanguage = Annotated[Language | None, Query(alias="language", description="ja or en.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]*$",
        description="The same upload under the same key makes one job.",
    ),
]
Upload = Annotated[
    UploadFile, File(description="CSV, TSV, JSON, YAML, XLSX or Parquet; text also packed by gzip.")
]


class Choices(BaseModel):
    """What is chosen of a job, beside its table; what is left out stays as it is."""

    n_rows: Annotated[
        int | None, Field(ge=1, description="Synthetic rows; by default as many as there are.")
    ] = None
    target_column: Annotated[
        Name | None, Field(description="Column that a model is to predict; usefulness is measured by it.")
    ] = None
    known_columns: Annotated[
        list[Name],
        Field(max_length=1_000, description="Columns that somebody may already know of a person."),
    ] = []
    engine: Annotated[Name, Field(description="One of `GET /v1/engines`.")] = AUTO
    epsilon: Annotated[
        float | None, Field(gt=0, le=1e6, description="The most that differential privacy may cost.")
    ] = None
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    language: Annotated[Language, Field(description="Of the report.")] = "en"
    replace_personal_data: Annotated[
        bool,
        Field(description="Whether personal data is looked for and replaced before anything is learned."),
    ] = True
    escape_formulas: Annotated[
        bool,
        Field(description="Whether text that a spreadsheet takes for a formula gets an apostrophe in front."),
    ] = False
    types: Annotated[list[Name], Field(max_length=1_000, description="COLUMN=TYPE")] = []
    leave_out: Annotated[list[Name], Field(max_length=1_000, description="Columns to leave empty.")] = []


def asked(
    n_rows: Annotated[int | None, Form(ge=1)] = None,
    target_column: Annotated[Name | None, Form()] = None,
    known_columns: Annotated[list[Name], Form(max_length=1_000)] = [],  # noqa: B006
    engine: Annotated[Name, Form()] = AUTO,
    epsilon: Annotated[float | None, Form(gt=0, le=1e6)] = None,
    seed: Annotated[int, Form(ge=0, le=MAX_SEED)] = 0,
    language: Annotated[Language, Form()] = "en",
    replace_personal_data: Annotated[bool, Form()] = True,
    escape_formulas: Annotated[bool, Form()] = False,
    types: Annotated[list[Name], Form(max_length=1_000)] = [],  # noqa: B006
    leave_out: Annotated[list[Name], Form(max_length=1_000)] = [],  # noqa: B006
) -> Choices:
    """Take the choices from a form, whose lists are fields of the same name."""
    return Choices(
        n_rows=n_rows, target_column=target_column or None, known_columns=known_columns,
        engine=engine, epsilon=epsilon, seed=seed,
        language=language, replace_personal_data=replace_personal_data, escape_formulas=escape_formulas,
        types=types, leave_out=leave_out,
    )  # fmt: skip


AskedFor = Annotated[Choices, Depends(asked)]


def request_of(choices: Choices, file: UploadFile) -> Asked:
    """Put a file's name and what is asked for together."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return Asked(name=name, **choices.model_dump())


class JobProgress(BaseModel):
    """How far a job is."""

    phase: Phase | None
    fraction: Annotated[float, Field(ge=0, le=1, description="Share of the phase.")]
    epoch: Annotated[float, Field(ge=0)]
    seconds_left: Annotated[float | None, Field(description="Of the training at most, where that is known.")]


class JobResult(BaseModel):
    """What came out, in a word each; the report and the evidence say why."""

    verdict: Literal["pass", "review", "fail"]
    usefulness: Literal["useful", "close", "limited", "not useful", "cannot tell"]
    grade: Literal["A+", "A", "B+", "B", "C", "F"]
    engine: str
    rows: int


class JobView(BaseModel):
    """A job."""

    id: str
    state: State
    progress: JobProgress
    ahead: Annotated[int | None, Field(description="Jobs in front of it, while it waits.")]
    created: datetime
    started: datetime | None
    finished: datetime | None
    expires: Annotated[datetime | None, Field(description="When its files are erased.")]
    rows_read: int | None
    result: JobResult | None
    failure: Annotated[str | None, Field(description="Why it failed, in the reader's language.")]
    links: dict[str, str]


def job_view(jobs: Jobs, job: Job, language: Language) -> JobView:
    """Tell a job."""
    expires = None
    if job.finished and job.state in ENDED:
        expires = job.finished + 3600 * jobs.settings.retention_hours
    result = (
        {
            "verdict": job.verdict,
            "usefulness": job.usefulness,
            "grade": job.grade,
            "engine": job.engine,
            "rows": job.rows_made,
        }
        if job.state == "succeeded"
        else None
    )
    return JobView.model_validate(
        {
            "id": job.id,
            "state": job.state,
            "progress": {
                "phase": job.phase,
                "fraction": job.fraction,
                "epoch": job.epoch,
                "seconds_left": job.remaining,
            },
            "ahead": jobs.records.ahead(job) if job.state == "queued" else None,
            "created": _moment(job.created),
            "started": _moment(job.started),
            "finished": _moment(job.finished),
            "expires": _moment(expires),
            "rows_read": job.rows_read,
            "result": result,
            "failure": jobs.failure(job, language),
            "links": _links(job),
        }
    )


def _links(job: Job) -> dict[str, str]:
    here = f"/v1/jobs/{job.id}"
    links = {"self": here, "events": f"{here}/events"}
    if job.state == "succeeded":
        files = [f"synthetic.{ending}" for ending in (job.formats or "").split()]
        links |= {name: f"{here}/{name}" for name in (*files, "report", "evidence", "summary")}
        links["download"] = f"/download/{job.download}.csv"
    return links


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def as_event(view: JobView) -> str:
    """Write a job as one line of JSON."""
    return json.dumps(view.model_dump(mode="json"), ensure_ascii=False)


Plain = dict[str, Any]
