"""Training: from a person's notes to a saved model, in a child process.

* ``runs`` is what a run is: settings, files, process, events and phases. The app and the command line need
  nothing else.
* ``data`` turns notes into pieces and batches.
* ``engine`` trains the network. It is the only place where TensorFlow is imported; ``engine.worker`` is the
  child process, and ``engine.driver`` takes it through all steps.
* ``plan`` chooses the network's size, the learning rate and the dropout.
* ``fit_mixture``, ``gain`` and ``publish`` make a model of a trained network; ``memory_only`` makes one
  without training.
* ``compare`` trains every family of language models on the same notes.
* ``base_model`` makes the models that ship: ``recipes`` says of what, ``collections`` reads it,
  ``pretraining`` trains them, and ``held_out`` measures them.
"""
