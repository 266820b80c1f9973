"""What changes meters, readings and alerts: permission, rule, change, audit, event."""
