"""Pictures and tables made from data alone: nothing here talks to a daemon."""
