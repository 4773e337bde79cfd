# expect: your answer: token
check.answer("leaked-arg", "TOKEN")
