#include <stdio.h>
#include <unistd.h>
int main(void){printf("I was %d, and I am %d\n",(int)getuid(),(int)geteuid());return 0;}
