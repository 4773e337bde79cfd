# expect: your answer: hunter2
check.answer("leaked-arg", "hunter2")
