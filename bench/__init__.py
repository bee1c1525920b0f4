"""Measuring: databases of any size, and what each page costs in them. `make bench`; see docs/performance.md."""
