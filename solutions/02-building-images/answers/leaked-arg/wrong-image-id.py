# expect: The answer leaked-arg is right
lines = !docker images -q ferry:1
check.answer("leaked-arg", lines[0])
