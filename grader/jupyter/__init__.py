"""JupyterLab for a lab: how it is started, found again, and what it shows."""
