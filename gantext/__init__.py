"""gantext: generative adversarial networks, taught by running them.

``import gantext as gt`` is the public face. Its names, listed in ``__init__.pyi``, are imported
when they are first used, so that a part of the library which needs no PyTorch starts without it.
"""

from typing import Any

import lazy_loader

_face, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Import a name of the face, or look up the version that is installed."""
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    return _face(name)
