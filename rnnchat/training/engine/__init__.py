"""The network and its training loop: the only place where TensorFlow is imported."""
