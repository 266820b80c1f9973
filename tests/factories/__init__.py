"""One factory file per module: small functions that make a valid thing in a test's transaction."""
