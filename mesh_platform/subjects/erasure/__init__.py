"""What takes a person out: of rows and texts in the lake, of the files, tables and systems that sources declare, and of backups, kept or restored."""
