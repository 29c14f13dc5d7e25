"""Support code of the tests.

``servers`` to talk to, the ``machine`` they run on; ``rows`` to put into the database; ``pages`` as people meet them;
whole ``scenes``; ``inspection`` of what happened; ``tools`` of the Makefile that are no rehearsal.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]  # the repository
