"""A bench that disturbs real daemons at random instants and compares what they leave with an undisturbed catalogue.

Run it as `python -m tests.faults --kills 1000 --seed 1`; a short form is part of the tests.
"""
