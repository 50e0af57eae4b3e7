"""Fitting what asking needs besides a person's notes: the vectors of common words."""
