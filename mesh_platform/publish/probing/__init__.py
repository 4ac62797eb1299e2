"""Controls at work, seen in the staged rows before they are served: what reads hide, whom they leave out, what is kept too long.

Each probe asks the code that upholds its control and judges what comes out by means of its own. What it shows stands in the version's commit.
"""
