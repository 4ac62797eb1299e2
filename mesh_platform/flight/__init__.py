"""The port for SQL tools: Arrow Flight SQL over gRPC, for ADBC, JDBC and ODBC drivers.

It stands on what the HTTP API opened (sign-in, admission, reading threads) and asks `Reading` for every row, so that a statement is decided here as
it is on each other port. It keeps nothing between two calls: tickets and prepared statements are sealed and held by the caller. What it
refuses: updates, transactions, plans that are no SQL, and a message larger than it may be, before anything looks at it.
"""
