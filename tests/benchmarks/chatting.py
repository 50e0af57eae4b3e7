"""Replies to 200 fixed prompts: python -m tests.benchmarks.chatting [--model base] [--show 50]

Counted are replies that are empty, that loop (four words in a row come four times), that speak for the
user (a line that begins with a speaker's name), and that do not end within 160 pieces. Sampling is the
app's own. `--show` prints every fourth prompt with its reply, to be read.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter

from rnnchat.library.models import Library
from rnnchat.library.settings import Settings
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import Turn, chat_context

SAYINGS = (
    "Do you like {}?",
    "What do you think about {}?",
    "Tell me something about {}.",
    "I have never understood {}.",
    "Yesterday I talked with my sister about {}.",
    "What is the best thing about {}?",
    "Why do people care about {}?",
    "I am tired of {}, to be honest.",
    "Can you recommend me anything to do with {}?",
    "My favourite thing in the world is {}!",
)
THINGS = (
    "the rain",
    "old films",
    "football",
    "your mother",
    "programming in Python",
    "jazz",
    "long train journeys",
    "the stars",
    "cooking for friends",
    "history books",
    "dogs",
    "the city at night",
    "horror stories",
    "mathematics",
    "swimming in the sea",
    "coffee",
    "the news",
    "gardening",
    "the theatre",
    "bicycles",
)
PROMPTS = [saying.format(thing) for saying in SAYINGS for thing in THINGS]
_SPEAKER = re.compile(r"^\s*(?:user|you|me|model|bot|assistant)\s*:", re.I | re.M)


def loops(text: str) -> bool:
    """Whether four words in a row come four times."""
    words = text.lower().split()
    return any(count >= 4 for count in Counter(zip(*(words[n:] for n in range(4)), strict=False)).values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    model = load_model(Library(Paths.from_environment()), options.model)
    settings, wrong, lengths = Settings(), Counter[str](), []
    every = len(PROMPTS) // options.show if options.show else 0
    distinct: set[str] = set()
    for number, prompt in enumerate(PROMPTS):
        settings.seed = number
        context = chat_context(model.tokenizer, model.card.style, [Turn("user", prompt)])
        chunks = list(model.chat_generator.stream(context, settings.sampling, settings.reply_pieces))
        reply = "".join(chunk.text for chunk in chunks).strip()
        distinct.add(reply)
        lengths.append(len(reply.split()))
        wrong["empty"] += not reply
        wrong["looping"] += loops(reply)
        wrong["speaking for the user"] += bool(_SPEAKER.search(reply))
        wrong["without an end"] += chunks[-1].finish == "length"
        if every and number % every == 0:
            print(f"> {prompt}\n{reply}\n")
    said = ", ".join(f"{count} {what}" for what, count in wrong.items())
    middle = sorted(lengths)[len(lengths) // 2]
    print(f"{len(PROMPTS)} replies, {len(distinct)} different, {middle} words in the middle: {said}")


if __name__ == "__main__":
    main()
