"""`python -m bench NAME`: what `earwitness bench NAME` runs."""

from bench.cli import bench

bench(prog_name="earwitness bench")
