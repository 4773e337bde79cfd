"""Pictures of what a daemon says: each thing is read and drawn in one file."""
