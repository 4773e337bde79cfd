"""A solution changed in one place: what such mutants are. ``grader.author.mutation`` runs them."""
