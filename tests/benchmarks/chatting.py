"""Replies to 200 fixed prompts: python -m tests.benchmarks.chatting [--model base] [--show 50]

Counted are replies that are empty, that loop (four words in a row come four times), that speak for the
user (a line that begins with a speaker's name), that do not end within 160 pieces, and that talk of booking
and ordering (BOOKING), for which no prompt asks. Distinct-1 and -2 are the shares of words, and of pairs of
words, that had not come before (Li et al. 2016, https://arxiv.org/abs/1510.03055). The time is that from the
prompt to the first token. Then the same prompts are the turns of ten chats of twenty turns, and replies that
were given in the same chat before are counted. Sampling is the app's own. `--show` prints evenly spaced
prompts with their replies, to be read.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Sequence

from rnnchat.library.models import Library
from rnnchat.library.settings import Settings
from rnnchat.loading import LoadedModel, load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import Turn

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
CHATS = 10
"""Every tenth prompt belongs to the same chat, so that it has twenty turns."""
_BOOKING_WORDS = (
    "coffee (?:bar|shop)",
    r"reserv\w+",
    "appointments?",
    "booked",
    "booking",
    "book (?:it|that|a|the|you|for)",
    "order(?:s|ed|ing)?",
    "hotels?",
    "restaurants?",
    "table for",
    "tickets?",
    "showtimes?",
    "showing",
    "theaters?",
    "check(?:ing)?[- ]?in",
    "rooms?",
    "flights?",
    "apartments?",
    "account",
    "pin",
    "your (?:full )?name",
    "phone number",
    "how many (?:people|guests)",
    "what (?:day|date|time) (?:would|should|do you)",
    "credits",
    "delivery",
    "pick(?:ed)? (?:it|you) up",
    "destination",
    "anything else i can",
    "how (?:can|may) i",
    "would you like (?:to order|to book|me to|with)",
    "for here or to go",
    "small",
    "medium",
    "latte",
    "mocha",
    "whipped cream",
    "celsius",
    "goodbye",
    "confirm",
)
BOOKING = re.compile(rf"\b(?:{'|'.join(_BOOKING_WORDS)})\b", re.I)
"""Words of somebody who takes orders and bookings; some of these replies may be about something else."""
_SPEAKER = re.compile(r"^\s*(?:user|you|me|model|bot|assistant)\s*:", re.I | re.M)


def loops(text: str) -> bool:
    """Whether four words in a row come four times."""
    words = text.lower().split()
    return any(count >= 4 for count in Counter(zip(*(words[n:] for n in range(4)), strict=False)).values())


def reply_to(model: LoadedModel, turns: Sequence[Turn], settings: Settings) -> tuple[str, str, float]:
    """Return a reply, how it finished, and the seconds to its first token."""
    started = time.perf_counter()
    chunks = model.reply_generator.stream(turns, settings.sampling, settings.reply_pieces)
    received = [next(chunks)]
    seconds = time.perf_counter() - started
    received += chunks
    return "".join(chunk.text for chunk in received).strip(), received[-1].finish, seconds


def distinct(texts: Sequence[str], length: int) -> float:
    """The share of sequences of `length` words that differ."""
    words = [text.lower().split() for text in texts]
    found = [tuple(one[n : n + length]) for one in words for n in range(len(one) - length + 1)]
    return len(set(found)) / len(found)


def said_again(model: LoadedModel, settings: Settings) -> int:
    """The replies that were given before in the same one of CHATS chats, whatever their case and marks."""
    count = 0
    for chat in range(CHATS):
        turns: list[Turn] = []
        replies: set[str] = set()
        for number, prompt in enumerate(PROMPTS[chat::CHATS]):
            settings.seed = number
            turns.append(Turn("user", prompt))
            reply = reply_to(model, turns, settings)[0]
            turns.append(Turn("model", reply))
            words = " ".join(re.findall(r"\w+", reply.lower()))
            count += words in replies
            replies.add(words)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="base")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    model = load_model(Library(Paths.from_environment()), options.model)
    settings, wrong = Settings(), Counter[str]()
    replies: list[str] = []
    waits: list[float] = []
    every = len(PROMPTS) // options.show if options.show else 0
    for number, prompt in enumerate(PROMPTS):
        settings.seed = number
        reply, finish, seconds = reply_to(model, [Turn("user", prompt)], settings)
        replies.append(reply)
        waits.append(seconds)
        wrong["empty"] += not reply
        wrong["looping"] += loops(reply)
        wrong["speaking for the user"] += bool(_SPEAKER.search(reply))
        wrong["without an end"] += finish == "length"
        wrong["about booking"] += bool(BOOKING.search(reply))
        if every and number % every == 0:
            print(f"> {prompt}\n{reply}\n")
    said = ", ".join(f"{count} {what}" for what, count in wrong.items())
    middle = sorted(len(reply.split()) for reply in replies)[len(replies) // 2]
    print(f"{len(replies)} replies, {len(set(replies))} different, {middle} words in the middle: {said}")
    print(f"distinct-1 {distinct(replies, 1):.3f}, distinct-2 {distinct(replies, 2):.3f}")
    waits.sort()
    print(
        f"first token after {waits[len(waits) // 2]:.3f} s, 95 of 100 within {waits[-len(waits) // 20]:.3f} s"
    )
    print(f"given before in the same chat: {said_again(model, settings)} of {len(PROMPTS)}")


if __name__ == "__main__":
    main()
