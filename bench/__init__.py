"""Benchmarks: every figure beside a floor of the same run. Nothing here asserts a time."""
