"""Try the gantext that this Python has.

`python tools/smoke.py VERSION` fails if it is another version, or if a name of the public face does
not load.
"""

import sys
from importlib.resources import files

import gantext as gt

VERSION = sys.argv[1]

if gt.__version__ != VERSION:
    sys.exit(f"expected version {VERSION}, got {gt.__version__}")
for name in gt.__all__:
    getattr(gt, name)
sys.stdout.write(f"gantext {VERSION} in {files('gantext')}: {len(gt.__all__)} names load\n")
