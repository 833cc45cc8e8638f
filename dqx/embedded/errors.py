"""What goes wrong with the embedded servers, told to a person at a terminal."""


class EmbeddedError(Exception):
    """A sentence that says what is wrong and what to do; printed without a traceback."""
