"""What a check says: verdicts as pure data, their text and HTML, and how far a student is."""
