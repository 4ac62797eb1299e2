"""A request as it stands on record: what is asked for under whose law, its clock, its history, its codes, and the sealed identifiers of whom it is about."""
