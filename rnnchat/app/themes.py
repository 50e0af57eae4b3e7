"""The two themes of rnnchat; Textual's own can be chosen, too."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="rnnchat-dark",
    primary="#7aa2f7",
    secondary="#9d7cd8",
    accent="#e0af68",
    foreground="#c8d0e8",
    background="#16181f",
    surface="#1d2029",
    panel="#262a36",
    success="#8fbf7f",
    warning="#e0af68",
    error="#f7768e",
    dark=True,
    variables={
        "border": "#3b4157",
        "border-blurred": "#2c3040",
        "footer-background": "#16181f",
        "footer-description-foreground": "#8b93ad",
        "footer-key-foreground": "#e0af68",
        "input-cursor-background": "#c8d0e8",
        "input-cursor-foreground": "#16181f",
    },
)

LIGHT = Theme(
    name="rnnchat-light",
    primary="#2e5fb8",
    secondary="#7847bd",
    accent="#9a5b00",
    foreground="#2a2e3a",
    background="#faf9f6",
    surface="#f1efe9",
    panel="#e6e3da",
    success="#3f7d34",
    warning="#9a5b00",
    error="#b8243f",
    dark=False,
    variables={
        "border": "#c3beb0",
        "border-blurred": "#d9d5c9",
        "footer-background": "#faf9f6",
        "footer-description-foreground": "#6b6a65",
        "footer-key-foreground": "#9a5b00",
        "input-cursor-background": "#2a2e3a",
        "input-cursor-foreground": "#faf9f6",
    },
)
