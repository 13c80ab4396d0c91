"""Letters by post: batches, their PDF files and what comes back; what a code opens is `registry.enrolment`'s."""
