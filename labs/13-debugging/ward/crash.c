/* Counts ropes, until it follows a pointer that leads nowhere. */
#include <stdio.h>

int main(void)
{
    int *rope = NULL;
    puts("counting ropes");
    fflush(stdout);
    return *rope;
}
