"""The durable queue of jobs: DBOS, told apart from everything else so that only ids ever pass through it."""

from __future__ import annotations

from datetime import UTC, datetime

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, WorkflowStatus

from synth_service.records import What
from synth_service.settings import Settings

NAME = "synth-handson"
VERSION = "1"
"""Version of the workflows, not of the package: waiting jobs outlive an update."""

QUEUES: dict[What, str] = {"check": "checks", "run": "jobs"}
"""Queue of each workflow: a table can be checked while another one trains."""
FIRST = 1
"""Priority of a job that lost its worker. Lower numbers come first, so it goes before all others."""
MANY = 1_000


def queue_config(settings: Settings, worker: str) -> DBOSConfig:
    """Return what a worker tells DBOS."""
    return {
        "name": NAME,
        "system_database_url": settings.queue_url,
        "application_version": VERSION,
        "executor_id": worker,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
    }


def create_queue(settings: Settings) -> None:
    """Create what is missing of the queue's tables."""
    DBOS.migrate(settings.queue_url)


class JobQueue:
    """The queue, from the side of whoever asks for jobs.

    Parameters
    ----------
    settings
        Where it is.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = DBOSClient(
            system_database_url=settings.queue_url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=NAME,
        )

    def submit(self, job: str, what: What, turn: int, attempts: int = 0) -> None:
        """Let a job be done in its turn that was begun so often before; asking again changes nothing."""
        self._enqueue(f"{job}-{what}-{attempts}", job, what, FIRST + turn)

    def submit_again(self, job: str, what: What, lost_by: str) -> None:
        """Let a job be done that was lost with a worker, before the others; asking again changes nothing."""
        self._enqueue(f"{job}-{what}-{lost_by}", job, what, FIRST)

    def lost(self, alive: set[str]) -> list[WorkflowStatus]:
        """Return the workflows that are under way with none of these workers."""
        found = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return [workflow for workflow in found if workflow.executor_id not in alive]

    def drop(self, workflow: str) -> None:
        """Take out a workflow that nobody will end any more."""
        self._client.cancel_workflows([workflow])

    def withdraw(self, job: str) -> None:
        """Take a job out, whether it waits or runs."""
        open_ones = self._client.list_workflows(
            workflow_id_prefix=job, status=["ENQUEUED", "PENDING"], load_input=False, load_output=False
        )
        self._client.cancel_workflows([found.workflow_id for found in open_ones])

    def forget(self, before: float) -> None:
        """Remove what ended before a moment."""
        until = datetime.fromtimestamp(before, UTC).isoformat()
        ended = self._client.list_workflows(
            completed_before=until, load_input=False, load_output=False, limit=MANY
        )
        if ended:
            self._client.delete_workflows([found.workflow_id for found in ended])

    def close(self) -> None:
        """Close its connections."""
        self._client.destroy()

    def _enqueue(self, workflow: str, job: str, what: What, priority: int) -> None:
        self._client.enqueue(
            {
                "workflow_name": what,
                "queue_name": QUEUES[what],
                "workflow_id": workflow,
                "app_version": VERSION,
                "priority": priority,
            },
            job,
        )


def job_of(workflow: WorkflowStatus) -> tuple[str, What]:
    """Return the job of a workflow, and what is wanted of it."""
    job, what, *_ = workflow.workflow_id.split("-")
    return job, "check" if what == "check" else "run"
