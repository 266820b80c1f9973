"""Forms of this module: what people type becomes a command."""
