"""Encoded bytes in, however they were split; whole frames with the time at which each ends out. One module a format."""
