"""Work in the background steps behind the pages people wait for."""

import os

# As `nice -n 10`: while a page is made on every core, a job gets about a tenth of one.
BEHIND = 10


def step_behind() -> None:
    """Let the web server go first on the processors, until this process ends."""
    os.nice(max(0, BEHIND - os.nice(0)))
