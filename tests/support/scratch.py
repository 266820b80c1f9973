"""Scratch folders in memory where there is enough of it: a test's database outlives nothing."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 # a place in memory, and mkdtemp makes the name
ENOUGH_BYTES = 2 * 1024**3


def make_scratch_folder(prefix: str) -> Path:
    """Make a new folder, in memory if it has two gigabytes to spare, else on disk."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else None))
