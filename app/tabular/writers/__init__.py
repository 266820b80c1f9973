"""Write tables: xlsx and csv, both safe to open and possible to import again."""

from app.tabular.writers.csv import csv_cell, csv_chunks
from app.tabular.writers.xlsx import SheetWriter, WorkbookWriter

__all__ = ["SheetWriter", "WorkbookWriter", "csv_cell", "csv_chunks"]
