"""Booking talk: what the staff of a shop, a hotel or a bank says, which few chats are about.

The base model has learned from dialogues in which something is ordered or booked. Nobody asks rnnchat for
that, which can order nothing. The words here are those that come at least ten times as often in the turns of
such dialogues (STAR, Taskmaster-4) as in those of open ones (Self-dialogue, Topical-Chat), where they stand
for the booking and not for its subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

STAFF_PHRASES = (
    "coffee (?:bar|shop)s?",
    "reservations?",
    "appointments?",
    "bookings?",
    "booked",
    "book (?:it|that|a|an|the|you|for|your)",
    "check(?:ed)?[- ]?in",
    "departing",
    "hotels?",
    "apartments?",
    "flights?",
    "destination",
    "venue",
    "celsius",
    "(?:your|the|an?|place|take) orders?",
    "ordered",
    "orders",
    "account number",
    "pin",
    "date of birth",
    "(?:full|your) name",
    "please",
    "(?:can|could|may) i (?:get|have)",
    "what can i",
    "your party",
    "for credits",
    "bedrooms?",
    "viewing",
    "average rating",
    "detailed instructions",
    "search criteria",
    "(?:can|may) i help",
    "help you with",
    "anything else (?:that )?i",
    "can do for you",
    "require",
    "what (?:day|time) (?:would|should)",
    "how many people",
    "accommodate",
    "successfully",
    "submitted",
    "confirm(?:ed)?",
    "be ready",
    "pick you up",
    "send it off",
    "would you like (?:me to|to (?:continue|book|order|go with|see it))",
    "thank you and",
    "transfer",
    "menu",
    "your answer (?:was|is)",
    "showtimes?",
    "tickets?",
    "rsvp",
    "thank you for (?:calling|contacting)",
)
"""What staff say, as regular expressions for whole words."""
REQUEST_WORDS = (
    "book (?:a|an|the|me|my|us|it)",
    "booked",
    "booking",
    r"reserv\w*",
    r"order\w*",
    "appointments?",
    r"schedul\w*",
    "meetings?",
    "hotels?",
    "restaurants?",
    "tables?",
    "tickets?",
    "flights?",
    "fly",
    "trips?",
    "taxi",
    "uber",
    "rides?",
    "bus",
    "apartments?",
    "rent",
    "rooms?",
    "doctors?",
    "banks?",
    "accounts?",
    "transfer",
    "pay",
    "buy",
    "weather",
    "forecast",
    "showtimes?",
    "directions",
    "recipes?",
    "menu",
    "quiz",
    "trivia",
    "party",
)
"""Words of one who wants something ordered, booked or looked up, as regular expressions for whole words."""
_STAFF = re.compile(rf"\b(?:{'|'.join(STAFF_PHRASES)})\b", re.IGNORECASE)
_REQUEST = re.compile(rf"\b(?:{'|'.join(REQUEST_WORDS)})\b", re.IGNORECASE)


def is_booking_talk(text: str) -> bool:
    """Whether a text has words of booking and ordering."""
    return _STAFF.search(text) is not None


def asks_for_booking(texts: Iterable[str]) -> bool:
    """Whether one of a person's messages has words with which one asks for a service."""
    return any(_REQUEST.search(text) for text in texts)
