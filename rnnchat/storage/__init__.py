"""What disk work is made of: atomic writes, text files, paths, the log, SQLite."""
