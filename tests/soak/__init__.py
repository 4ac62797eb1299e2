"""Hours of a mesh in minutes: what people, sources and operators do, in random order, two at a time, and processes that end in the middle of it.

`market.py` is the mesh and the steps, each in a process of its own; `truths.py` is what must hold after every round; `test_soak.py` draws the
rounds from a seed that it prints.
"""
