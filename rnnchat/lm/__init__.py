"""Language models that predict a text piece by piece, in NumPy: a page for each family."""
