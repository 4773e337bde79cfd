/* Tests of morse(): prints one line a test and ends with the number of failures. */
#include <stdio.h>
#include <string.h>
#include "morse.h"

static const struct { char letter; const char *sign; } cases[] = {
    {'S', "..."}, {'O', "---"}, {'e', "."}, {'Z', "--.."}, {'5', "....."}, {'0', "-----"},
};

int main(void)
{
    int failed = 0, count = sizeof cases / sizeof cases[0];
    for (int i = 0; i < count; i++) {
        const char *found = morse(cases[i].letter);
        int right = found && strcmp(found, cases[i].sign) == 0;
        printf("%s %c: expected %s, found %s\n", right ? "ok    " : "FAILED", cases[i].letter, cases[i].sign,
               found ? found : "nothing");
        failed += !right;
    }
    printf("%d of %d tests passed\n", count - failed, count);
    return failed;
}
