"""The one way to ask a daemon: client, deadlines, streams, events, and whose trouble an error is."""
