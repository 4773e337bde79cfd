"""What students look at: charts of what the daemon says, and a live panel beside the notebook.

``from grader.widgets import charts`` in a cell of a lab. Cheap to import: matplotlib comes with the first picture.
"""
