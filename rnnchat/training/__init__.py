"""Training in a child process; the only place TensorFlow is imported (but not by `job` and `run`)."""
