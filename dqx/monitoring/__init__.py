"""How DQX is watched from outside: its logs, whether it is ready, and its figures."""
