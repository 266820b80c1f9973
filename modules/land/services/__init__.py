"""What changes procedures and works."""
