"""`python -m bench NAME …`: what `earwitness bench` runs."""

from bench.cli import main

if __name__ == "__main__":
    main()
