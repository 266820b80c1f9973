"""Attachments: bytes by content hash outside the database, rights by the record they hang on."""
