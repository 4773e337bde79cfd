"""What stands beside a notebook: the course's index, the live panel, a lab's end card."""
