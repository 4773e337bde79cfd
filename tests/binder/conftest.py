import sys
from pathlib import Path

# The page of a lab in a browser, as tests/jupyter drives it.
sys.path.append(str(Path(__file__).parents[1] / "jupyter"))
