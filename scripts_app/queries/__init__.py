"""Queries that somebody waits for, and the names that they and scripts can use."""
