"""Settings of portal and worker, read from the environment; one file per concern."""

from portal.settings.apps import *  # noqa: F403
from portal.settings.aws import *  # noqa: F403
from portal.settings.database import *  # noqa: F403
from portal.settings.environment import *  # noqa: F403
from portal.settings.logs import *  # noqa: F403
from portal.settings.mail import *  # noqa: F403
from portal.settings.security import *  # noqa: F403
from portal.settings.sign_in import *  # noqa: F403
