"""Reading meters, batches and alerts, always within the scope of who asks."""
