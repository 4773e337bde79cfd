# expect: The answer key is right
check.answer("key", "gate.key")  # noqa: F821
