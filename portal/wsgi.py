"""What gunicorn serves: `portal.wsgi:application`."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
_django = get_wsgi_application()
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_CHARSET = re.compile(r";\s*charset\*?\s*=[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal, shielded from what breaks Django or the server's log before any middleware could help.

    No address of ours has control characters: the log would print them as they are. And everything is UTF-8:
    a charset of the sender's choice can be a codec that is none for texts.
    """
    environ["PATH_INFO"] = _CONTROLS.sub("?", environ.get("PATH_INFO", ""))
    environ["CONTENT_TYPE"] = _CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)
