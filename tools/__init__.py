"""What the Makefile runs, and what the tests and the tools both know about the book."""
