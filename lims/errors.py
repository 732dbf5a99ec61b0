"""The laboratory's refusals. Each sentence says whether a retry helps; views turn them into answers."""


class LimsError(Exception):
    """Base of every refusal of a service: a sentence, and where it helps one for each wrong field."""

    def __init__(self, message: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class InvalidTransition(LimsError):
    """The thing's state does not allow this; no retry helps while the state stays."""


class NotAllowed(LimsError):
    """The user's role does not allow this; no retry helps."""


class StaleEdit(LimsError):
    """Someone else saved the thing since it was read; reload it, then a retry helps."""


class Incomplete(LimsError):
    """Something required is missing or wrong; a retry helps once `fields` are put right."""


class TooManyRenders(LimsError):
    """The user had too many papers rendered within a minute; a retry helps after that minute."""


class Busy(LimsError):
    """Too much is being rendered at the moment; a retry helps after some seconds."""


class NotVisible(LimsError):
    """The thing does not exist for this user; no retry helps."""
