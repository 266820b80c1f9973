"""Work in the background: declared by modules, scheduled by one process, requested from pages."""

from app.jobs.job import Cron, Every, Job, JobCancelled, JobRun, Schedule
from app.jobs.queries import last_done
from app.jobs.requests import request_job

__all__ = [
    "Cron",
    "Every",
    "Job",
    "JobCancelled",
    "JobRun",
    "Schedule",
    "last_done",
    "request_job",
]
