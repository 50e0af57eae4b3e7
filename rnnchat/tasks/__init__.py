"""Tasks: what a model is trained for and used for besides predicting the next token, in NumPy alone."""
