"""What tests do at the same time as something else."""

import threading

from django.db import connections


class Task(threading.Thread):
    """Something that is done beside the test, on connections of its own."""

    def __init__(self, what, *args):
        super().__init__(daemon=True)
        self.what, self.args = what, args
        self.answer, self.failure = None, None
        self.start()

    def run(self):
        try:
            self.answer = self.what(*self.args)
        except Exception as exc:
            self.failure = exc
        finally:
            connections.close_all()

    def done(self, seconds=30):
        """The answer, once it is there."""
        self.join(seconds)
        assert not self.is_alive(), "it never ended"
        if self.failure is not None:
            raise self.failure
        return self.answer


def at_once(*whats):
    """Do these at the same time; how each ended."""
    gate = threading.Barrier(len(whats))

    def start(what):
        gate.wait()
        return what()

    tasks = [Task(start, what) for what in whats]
    for task in tasks:
        task.join(60)
    return tasks
