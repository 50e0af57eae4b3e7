"""Compares rnnchat with honest baselines on a person's own files, one task at a time."""
