"""Benchmarks: they print figures measured side by side in one run, and judge nothing."""
