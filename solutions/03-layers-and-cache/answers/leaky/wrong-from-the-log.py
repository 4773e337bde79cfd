# expect: The answer key is right
check.answer("key", "unlocked with a key of 9 bytes")  # noqa: F821
