"""Supply points, meters, readings, and what the meters say is wrong."""
