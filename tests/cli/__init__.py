"""The command `dqx` as people and programs have it: a process of its own, against a real web and worker."""
