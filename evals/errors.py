"""What can go wrong in evals that the person at the keyboard can put right."""


class EvalsError(Exception):
    """Says what is wrong and what to do; exit code 2."""
