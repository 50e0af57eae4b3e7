"""Makes the models that ship: reads the collections, trains with TensorFlow or PyTorch, and writes the model.

``torch_engine`` and ``torch_network`` are the only places where PyTorch is imported.
"""
