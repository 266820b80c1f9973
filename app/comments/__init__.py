"""Comments on any record, with mentions that tell people."""
