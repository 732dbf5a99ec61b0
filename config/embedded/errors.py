"""The errors of local servers. Each message is one sentence for the person at the terminal."""


class EmbeddedError(Exception):
    """A local server cannot run; starting again without a change does not help."""


class AlreadyRunning(EmbeddedError):
    """Somebody else uses the data folder; starting again after they stopped helps."""


class NotInstalled(EmbeddedError):
    """The program of a server is not on this machine."""
