"""Runs: opened, queued, taken, tried again, ended, trimmed, and told to those who watch."""
