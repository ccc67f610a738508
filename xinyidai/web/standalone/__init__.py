"""Programs handed out to be run elsewhere; they import nothing of the platform."""
