"""Import of a file of readings: read, matched with meters, merged, counted row by row."""

from modules.energy.services.ingest.file import ingest_file
from modules.energy.services.ingest.report import WARNINGS, IngestResult

__all__ = ["WARNINGS", "IngestResult", "ingest_file"]
