"""The mixture of language models, which predicts how a text continues.

Measured on notes, it takes far fewer bits than any of its members alone. This is how one probability comes
about, file by file. V is the number of pieces, M of members, C = 10 of contexts, K = 2 of matches, S of
weight sets, and N of the nodes that are mixed.

1. `state`. A `MixtureState` holds what is known of the text so far: the network's hidden state, the same
   projected into the embedding space (embedding,), the state of the base network where there is one, and the
   following two.
   `contexts` keeps the last pieces, the line above, the words before and the code block.
   `history` keeps the last pieces of this text, each with the vector (embedding,) from which it followed.

2. `members`. Each member predicts the next piece (V,): the network, the n-gram model over the notes
   (`lm.ngram`), the network mixed with a neural cache over the history (`lm.neural_cache`), the base network
   where there is one, and, in an adaptive mixture, the network with its adapted output. Their probabilities
   are put in the order of the tree's leaves and stacked (M, V); their mean (V,) is normalised.
   `counts` finds what followed each of 7 contexts in the notes; the history adds 3 contexts within this text.
   The longest matches, in the notes and in what was read, each give the leaf with which they continue.

3. `inputs`. All of this is one `MixtureInputs`.

4. `row_selection`. It also says which row of each weight set is used here (S − 1 numbers): by the lengths of
   the matches, the longest context, how sure the members are, the last piece, and how much the history has.
   One more set has a row for each node.

5. `tree`. A piece is a leaf of a binary tree, and its probability a product of binary decisions: p(left) or
   p(right) at each of the V − 1 nodes. The N nodes to which the mean gives more than 0.001 are mixed. Cut at
   the bounds of these nodes, the leaves become a few segments, and `inputs` sums over segments what lies left
   and right of each node: each member's log odds (N, M), the counts of each context (2, N, C), and the sides
   on which the last successors (N, C) and the matches (N, K) lie. Together these are `mixer.Decisions`.

6. `mixer`. For each node it makes one vector of inputs, M log odds, 2 for each context by way of its map from
   counts to a probability, 2 for each match, and a constant: (N, M + 2 C + 2 K + 1). The selected row of each
   weight set gives a sum (N, S), the final weights add these up (N,), and the sigmoid of that is p(right).

7. `model`. Each leaf has its mean times, for every mixed node above it, the mixer's probability of its side
   over the mean's. Normalised and put back in the order of the pieces, that is the mixed distribution (V,).
   With a base network, the result is trust · mixed + (1 − trust) · base, where `trust` follows how well
   either has predicted this text so far.

`Mixture.learn` goes the same way back: the mixer's weights take a gradient step on the decisions that lead
to the piece that followed, and the members count, cache and adapt.

`known_texts` has what both networks predict in whole texts, computed in few products, to which weights are
fitted. Two more files are for looking many pieces ahead, where speed matters more: `log_linear` multiplies
powers of a few of the members' probabilities, without tree and mixer, and `low_rank` makes the network's step
cheaper.
`weights` fits both mixers, the static and the adaptive one, and saves and loads them with the tree.
"""
