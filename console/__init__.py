"""What people use: HTTP API, live feed, pages."""
