"""The HTTP port: what a consumer, a source or an examiner asks of the mesh with a bearer token.

Every row comes from `access.reading.Reading`, as on each other port; this room adds who may knock how often, in which form an answer leaves, and
how a refusal is told. It refuses what it does not know, keeps no answer, and says nothing of an error that nobody foresaw.
"""
