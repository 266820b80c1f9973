"""Run the scheduler inside the web process: for demos on one process only."""

import threading

import click

from app.house import House
from app.jobs.scheduler import Scheduler


def is_web_process() -> bool:
    """Tell whether the application is loaded to serve pages, not for another command of `flask`."""
    command = click.get_current_context(silent=True)
    return command is None or command.info_name == "run"


def start_inline(house: House) -> Scheduler:
    """Start the scheduler on a thread; its jobs run on that thread, one after the other."""
    scheduler = Scheduler(house, in_process=True)
    threading.Thread(target=scheduler.run, name="scheduler", daemon=True).start()
    return scheduler
