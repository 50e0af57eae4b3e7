"""The network of a translator is trained here, with TensorFlow, in a process of its own."""
