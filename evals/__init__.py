"""Evals: how good the assistant is, where it fails, and whether today's change made it worse."""
