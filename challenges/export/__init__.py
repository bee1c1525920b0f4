"""Taking a region along: what is in it (`tables`), as far as someone may see it (`scope`), in one zip (`archive`)."""
