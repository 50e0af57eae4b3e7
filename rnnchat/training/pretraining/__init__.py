"""Makes the models that ship: reads the collections, trains with TensorFlow or PyTorch, and writes the model.

PyTorch is imported only in the modules whose names begin with ``torch``.
"""
