"""The advisory locks of DQX, told apart by their first number: one list, so that no two things share one unseen."""

from enum import IntEnum, unique


@unique
class Space(IntEnum):
    """What a lock is about. Its second number says which one of them, 0 where there is one only."""

    PUBLISHES = 7_021_002  # a publish, by the hash of a pair
    RUNS = 7_021_003  # the worker that does a run, by the run's id
    QUERIES = 7_021_004  # the places of queries, by number
    SWEEPS = 7_021_005  # who looks for due times that beat forgot
    EXPORTS = 7_021_006  # the places of exports, by number
    CLAIMS = 7_021_007  # who takes a run from the queue
    NOTICING = 7_021_008  # who looks at what has ended, for the alerts
