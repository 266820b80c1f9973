"""Backups: one file with the database and the attachments, proved before it is trusted."""
