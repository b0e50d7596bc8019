"""Lets the tests here import the twin, which is no part of the package."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Last, so that nothing in the checkout hides an installed package.
sys.path.append(str(ROOT))
