"""Benchmarks: figures from one run, side by side; never part of the tests."""
