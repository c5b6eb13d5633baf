"""What can go wrong in the Quality step."""


class QualityError(ValueError):
    """Base of this package's errors."""


class SnapshotError(QualityError):
    """A stored snapshot is not in the form this version writes. Never quotes a value."""


class QualityRulesError(QualityError):
    """The package's rules or facts name something unknown."""
