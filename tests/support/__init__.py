"""What the tests need and the product does not: servers, clusters, counters."""
