"""Imported first by the worker: what it imports after this is loaded at once, not when it is first used.

Python 3.15 can put a module off until then (PEP 810), and Pillow lets it. The worker may open no file then.
"""

import sys

if sys.version_info >= (3, 15):
    sys.set_lazy_imports_filter(lambda _importer, _name, _names: False)
