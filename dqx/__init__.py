"""The kernel of DQX: settings, errors, SQL, users, the servers of the one command, and the client of the command line."""

__version__ = "0.1.0"
