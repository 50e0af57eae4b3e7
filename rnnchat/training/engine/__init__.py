"""The only place where TensorFlow is imported: the network that learns, and the process it runs in."""
