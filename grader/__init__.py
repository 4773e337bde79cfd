"""Drydock: a hands-on Docker course graded against a real Docker daemon.

Importing this package is cheap (no docker-py, no Jupyter): every notebook and every CLI call pays for it.
"""

__version__ = "0.1.0"
