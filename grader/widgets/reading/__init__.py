"""What charts and panel know: data classes, and the functions that read them from the daemon."""
