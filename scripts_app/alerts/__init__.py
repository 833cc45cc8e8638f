"""Alerts: who hears of runs that failed, schedules that are late, and new bad rows.

They are pulled: `notice` looks at what has happened and keeps what is wrong as incidents; `tell` sends channels what they have not heard.
"""
