"""Where things are kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import from_os_error


@dataclass(frozen=True)
class Paths:
    """The three folders everything is kept in; nothing is written anywhere else."""

    data: Path
    """Saved models, chats, drafts and the bin for deleted models."""
    config: Path
    """Settings."""
    state: Path
    """Trainings under way and the log of errors."""

    @classmethod
    def from_environment(cls) -> Paths:
        """Return the folders of this person, or those in ``RNNCHAT_HOME`` where it is set."""
        home = os.environ.get("RNNCHAT_HOME")
        if home:
            root = Path(home).expanduser().absolute()
            return cls(root / "data", root / "config", root / "state")
        import platformdirs

        return cls(
            platformdirs.user_data_path("rnnchat", appauthor=False),
            platformdirs.user_config_path("rnnchat", appauthor=False),
            platformdirs.user_state_path("rnnchat", appauthor=False),
        )

    @property
    def models(self) -> Path:
        """The folder of saved models, one folder a model."""
        return self.data / "models"

    @property
    def bin(self) -> Path:
        """The folder of deleted models, until they are restored or forgotten."""
        return self.data / "bin"

    @property
    def runs(self) -> Path:
        """The folder of trainings, one folder a run."""
        return self.state / "runs"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"

    @property
    def chats(self) -> Path:
        """The database of chats."""
        return self.data / "chats.sqlite3"

    @property
    def drafts(self) -> Path:
        """The database of drafts."""
        return self.data / "drafts.sqlite3"

    @property
    def log(self) -> Path:
        """The log of unforeseen errors, without what was written or read."""
        return self.state / "errors.log"


def make_private(folder: Path) -> Path:
    """Create `folder` and its missing parents, readable by nobody else (0700), and return it."""
    try:
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, f"creating the folder {folder}") from error
    return folder


def shipped_models() -> Path:
    """Return the folder of the models that come with rnnchat."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent / "models"
