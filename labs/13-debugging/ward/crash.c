/* Counts the ropes, as many as ROPES says. Whether anybody has said so, it never asks. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const char *ropes = getenv("ROPES");

    puts("counting ropes, as many as ROPES says");
    fflush(stdout);
    if (*ropes == '\0')
        return 2;
    printf("%s ropes are here\n", ropes);
    return 0;
}
