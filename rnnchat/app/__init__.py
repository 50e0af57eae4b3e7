"""The Textual app; the only place Textual is imported."""


def run() -> None:
    """Open the app on the chat and return when the person leaves it."""
    from rnnchat.app.app import RnnchatApp

    RnnchatApp().run()
