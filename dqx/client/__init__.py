"""The command `dqx`: a client of the HTTP API of any DQX server. Nothing here needs Django."""
