"""Language models one can step, piece by piece, in NumPy."""
