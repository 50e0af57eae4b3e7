"""Ask notes a question: passages that fit it, and the sentence or the block of code that answers it.

From files to an answer: `notes` reads a file, and `passages` cuts it into passages. `terms` turns text into
terms, with the stems of `stems`. `building` counts terms into an `index` with `postings`, and adds `latent`
vectors and sums of `word_vectors`. `collection` keeps the index of some paths up to date with the files.
`ranking` scores the passages of an index for a question, `refusal` says whether they answer it, and `answers`
chooses one of the `sentences` by what `questions` says that is asked for. `asking` does all of this;
`related` finds notes about the same things.
"""
