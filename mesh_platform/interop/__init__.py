"""What leaves the mesh for others to read: evidence for examiners, records of processing, maps of scope.

It reads what other rooms decided and recorded, and decides nothing. What it writes holds no personal data, says what it does not know, and can
be checked by whoever gets it.
"""
