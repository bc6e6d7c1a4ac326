"""The machinery of this folder can be imported by its tests, and by bench/cuts.py in the same way."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
