"""Whether replies keep to the subject: python -m tests.benchmarks.subject DATA [--model base] [--replies 300]

DATA holds the text collections. Turns of dialogues that the base's recipe keeps back are answered, with and
without guidance, and an answer is on the subject where it fits its own turn better than 19 others, chosen by
chance. How well two turns fit is told by their words alone: by how much more often than by chance each word
of the answer came after the likeliest word of the turn, in the dialogues that are not kept back. The people's
own answers are scored by the same rule; a guess would be right once in twenty.
"""

from __future__ import annotations

import argparse
import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnchat.generation.sampling import Sampling
from rnnchat.library.models import Library
from rnnchat.library.settings import Settings
from rnnchat.loading import LoadedModel, load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import Turn
from rnnchat.training.collections import is_validation, read_source
from rnnchat.training.recipes import ENGLISH
from tests.benchmarks.chatting import loops

RARE, COMMON = 8, 20_000
"""Words that come less or more often tell nothing."""
OTHERS = 19
LEAST_WORDS = 4

Dialogue = list[tuple[str, str]]


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


class Associations:
    """How often words of an answer come after words of a turn."""

    def __init__(self, dialogues: Sequence[Dialogue]) -> None:
        often = Counter(word for dialogue in dialogues for _, text in dialogue for word in words_of(text))
        self._told = {word for word, count in often.items() if RARE <= count < COMMON}
        self._pairs, self._asked, self._answered = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
        self._turns = 0
        for dialogue in dialogues:
            for (_, said), (role, answer) in itertools.pairwise(dialogue):
                if role == "model":
                    asked, answered = words_of(said) & self._told, words_of(answer) & self._told
                    self._turns += 1
                    self._asked.update(asked)
                    self._answered.update(answered)
                    self._pairs.update((one, other) for one in asked for other in answered)

    def fit(self, said: str, answer: str) -> float:
        """How well an answer fits a turn, in nats a word."""
        asked, answered = words_of(said) & self._told, words_of(answer) & self._told
        if not asked or not answered:
            return 0.0
        return sum(max(self._fit(one, other) for one in asked) for other in answered) / len(answered)

    def _fit(self, one: str, other: str) -> float:
        by_chance = self._asked[one] * self._answered[other] / self._turns
        return max(0.0, math.log((self._pairs[one, other] + 0.5) / (by_chance + 0.5)))

    def on_subject(self, turns: Sequence[str], answers: Sequence[str]) -> float:
        """The share of answers that fit their own turn better than OTHERS."""
        hits = 0
        for number, answer in enumerate(answers):
            order = np.random.default_rng(number).permutation(len(turns)).tolist()
            others = [other for other in order if other != number][:OTHERS]
            own = self.fit(turns[number], answer)
            hits += all(self.fit(turns[other], answer) < own for other in others)
        return hits / len(answers)


def answer_to(model: LoadedModel, said: str, sampling: Sampling) -> str:
    chunks = model.reply_generator.stream([Turn("user", said)], sampling, Settings().reply_pieces)
    return "".join(chunk.text for chunk in chunks).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="base")
    parser.add_argument("--replies", type=int, default=300)
    parser.add_argument("--guidance", type=float, nargs="*", default=[0.0, Settings().guidance])
    options = parser.parse_args()
    sources = [source for source in ENGLISH.sources if source.path.startswith("dialogue")]
    found = [doc for source in sources for doc in read_source(options.data, source, 1.0)]
    dialogues = [doc for doc in found if not isinstance(doc, str)]
    associations = Associations([dialogue for dialogue in dialogues if not is_validation(dialogue)])
    pairs = [
        (said, answer)
        for dialogue in dialogues
        if is_validation(dialogue)
        for (_, said), (role, answer) in itertools.pairwise(dialogue)
        if role == "model" and min(len(words_of(said)), len(words_of(answer))) >= LEAST_WORDS
    ]
    chosen = np.random.default_rng(0).permutation(len(pairs))[: options.replies].tolist()
    turns = [pairs[number][0] for number in chosen]
    people = associations.on_subject(turns, [pairs[number][1] for number in chosen])
    print(f"people: {people:.1%} of {len(turns)} answers on the subject", flush=True)
    model = load_model(Library(Paths.from_environment()), options.model)
    for guidance in options.guidance:
        sampling = replace(Settings().sampling, guidance=guidance)
        answers = [answer_to(model, said, replace(sampling, seed=n)) for n, said in enumerate(turns)]
        share = associations.on_subject(turns, answers)
        looping = sum(map(loops, answers))
        print(f"{options.model}, guidance {guidance:g}: {share:.1%}, {looping} looping", flush=True)


if __name__ == "__main__":
    main()
