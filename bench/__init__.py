"""How fast and how right, measured through the same doors as users."""
