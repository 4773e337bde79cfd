"""A class on one machine: JupyterHub, with each student's JupyterLab inside the walls of an engine of their own."""
