#include <stdio.h>

int main(void)
{
    puts("paid");
    return 0;
}
