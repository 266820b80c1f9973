"""Tables in and out: read, check, compare, import, undo and export xlsx, xls, ods and csv."""
