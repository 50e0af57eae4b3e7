"""Vectors of words and notes: fitted on a person's notes, and exported for Gensim."""
