"""How fast populate and publish are, as ratios to psql doing the same: `python -m tests.bench` (see docs/benchmarks.md)."""
