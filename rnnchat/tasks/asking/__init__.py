"""Ask notes a question: passages that fit it, and the sentence or the block of code that answers it.

From files to an answer: `notes` reads a file, and `passages` cuts it into passages. `terms` turns text into
terms, with the stems of `stems`. `building` counts terms into an `index` with `postings`, and adds `latent`
vectors and sums of `word_vectors`. `collection` keeps the index of some paths up to date with the files.
`ranking` scores the passages of an index for a question, and `reranking` puts the best ones in order again.
`answers` chooses one of their `sentences`, and the words in it that `questions` says are asked for; `refusal`
says whether that answers the question. `asking` does all of this; `related` finds notes about the same
things.
"""
