"""Schedules: when they are due, what becomes of each due time, and what beat and people see of them."""
