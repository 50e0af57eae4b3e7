"""What a training run is: its settings, files, process, phases and events. No TensorFlow."""
