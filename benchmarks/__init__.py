"""What the project costs and finds, measured: each file is a program, run from the environment that start.py makes.

The environment has this folder's parent on its path, so that programs import one another, and tests import them, as
`benchmarks.name`.
"""
