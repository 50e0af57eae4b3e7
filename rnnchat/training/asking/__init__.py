"""Fitting what asking needs besides a person's notes: vectors of common words, and weights of evidence."""
