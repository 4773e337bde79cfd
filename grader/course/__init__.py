"""The one model of a course: its labs, their cells, what a check declares, what the release says."""
