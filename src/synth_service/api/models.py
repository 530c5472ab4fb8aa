"""What requests bring and answers hold, as OpenAPI documents it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal
from urllib.parse import urlencode

from fastapi import Depends, Form, Header, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from synth_handson.locales import Language
from synth_service.api.jobs import Jobs
from synth_service.api.problems import reader_language
from synth_service.records import ENDED, Job, Phase, State
from synth_service.request import Choices
from synth_service.request import Request as Asked


def _jobs(request: Request) -> Jobs:
    found: Jobs = request.app.state.jobs
    return found


def _owner(request: Request) -> str:
    return str(request.state.owner)


TheJobs = Annotated[Jobs, Depends(_jobs)]
Owner = Annotated[str, Depends(_owner)]


def _job(job: str, jobs: TheJobs, owner: Owner) -> Job:
    return jobs.get(owner, job)


def _language(
    request: Request, language: Annotated[Language | None, Query(description="ja or en.")] = None
) -> Language:
    return reader_language(request)


TheJob = Annotated[Job, Depends(_job)]
"""The job that an address names, if it is the owner's."""
Spoken = Annotated[Language, Depends(_language)]
"""The language that a request asks for."""
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


MAX_EVENTS = 20
"""Most files of events."""


class Upload(Choices):
    """A table, and what is chosen."""

    file: Annotated[
        UploadFile, Field(description="CSV, TSV, JSON, YAML, XLSX or Parquet; text also packed by gzip.")
    ]
    events: Annotated[
        list[UploadFile],
        Field(
            max_length=MAX_EVENTS,
            description="Files with events of the people in `file`, each a table that is called like its "
            "file; `person` names the column that links them.",
        ),
    ] = []  # noqa: RUF012 (copied by pydantic)

    @property
    def files(self) -> list[BinaryIO]:
        """The tables, that of the people first."""
        return [one.file for one in (self.file, *self.events)]

    def request(self) -> Asked:
        """Put the files' names and what is chosen together."""
        chosen = self.model_dump(include=set(Choices.model_fields))
        return Asked(name=_name_of(self.file), events=tuple(map(_name_of, self.events)), **chosen)


def _name_of(file: UploadFile) -> str:
    """Return the last part of a file's name, as text."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2].replace("\0", "")


class NewJob(Upload):
    """A table, what is chosen, and whether to begin at once."""

    start: Annotated[
        bool, Field(description="False only reports how the table was read; `…/start` continues.")
    ] = True


MULTIPART = Form(media_type="multipart/form-data")


class Limits(BaseModel):
    """What the service takes."""

    file_bytes: int
    rows: int
    columns: int
    least_rows: Annotated[int, Field(description="Fewer rows cannot be measured.")]
    cell_characters: int


class JobProgress(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(from_attributes=True)

    phase: Phase | None
    fraction: Annotated[
        float, Field(ge=0, le=1, description="Share of the job, by what earlier ones took; 0 if unknown.")
    ]
    epoch: Annotated[float, Field(ge=0)]
    seconds_left: Annotated[
        float | None,
        Field(
            validation_alias="remaining",
            description="About, for the whole job, by what earlier ones took; null if unknown.",
        ),
    ]


class JobResult(BaseModel):
    """What came out, in a word each; the report and the evidence say why."""

    model_config = ConfigDict(from_attributes=True)

    verdict: Literal["pass", "review", "fail"]
    usefulness: Literal["useful", "close", "limited", "not useful", "cannot tell"]
    grade: Literal["A+", "A", "B+", "B", "C", "F"]
    engine: str
    rows: Annotated[int, Field(validation_alias="rows_made")]


class JobView(BaseModel):
    """A job."""

    id: str
    state: State
    progress: JobProgress
    ahead: Annotated[int | None, Field(description="Jobs ahead of it while it waits.")]
    created: datetime
    started: datetime | None
    finished: datetime | None
    expires: Annotated[datetime | None, Field(description="When its files are deleted.")]
    rows_read: int | None
    result: JobResult | None
    failure: Annotated[str | None, Field(description="Why it failed, in the reader's language.")]
    links: dict[str, str]


def job_view(jobs: Jobs, job: Job, language: Language) -> JobView:
    """Tell a job."""
    expires = None
    if job.finished and job.state in ENDED:
        expires = job.finished + 3600 * jobs.settings.retention_hours
    done = job.state == "succeeded"
    same = ("id", "state", "created", "started", "finished", "rows_read")
    return JobView.model_validate(
        {name: getattr(job, name) for name in same}
        | {
            "progress": job,
            "ahead": jobs.records.ahead(job) if job.state == "queued" else None,
            "expires": expires,
            "result": job if done else None,
            "failure": jobs.failure(job, language),
            "links": _links(job, jobs.request(job).tables if done else ()),
        }
    )


def _links(job: Job, tables: Sequence[str]) -> dict[str, str]:
    here = f"/v1/jobs/{job.id}"
    links = {"self": here, "events": f"{here}/events"}
    if job.state == "succeeded":
        files = [
            f"synthetic.{ending}{which}"
            for ending in (job.formats or "").split()
            for which in ("", *(f"?{urlencode({'table': name})}" for name in tables[1:] if ending != "xlsx"))
        ]
        links |= {name: f"{here}/{name}" for name in (*files, "report", "evidence", "summary", "all.zip")}
        links["download"] = f"/download/{job.download}.csv"
    return links


def as_event(view: JobView) -> str:
    """Write a job as one line of JSON."""
    return json.dumps(view.model_dump(mode="json"), ensure_ascii=False)


Plain = dict[str, Any]
