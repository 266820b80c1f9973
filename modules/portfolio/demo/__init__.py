"""The demo estate: real outlines and streets, invented ownership."""
