"""Readings as numpy arrays: quality, blocks of one UTC day, indexes, local time. No database."""
