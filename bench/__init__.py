"""Measures: where the program stands against its floors. ``docs/bench.md`` says what each figure means."""
