"""The durable job ledger and the Dramatiq actors.

The laws here: a job is a row, written with its cause in one transaction; a message carries the
job's id and nothing else, and may come twice, late or never; an actor claims its job, does work that
is safe to repeat, and writes only under its token; whatever fails ends in a state that somebody sees.
"""
