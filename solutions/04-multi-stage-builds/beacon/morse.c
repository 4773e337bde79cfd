#include <ctype.h>
#include <stddef.h>
#include "morse.h"

static const char *letters[] = {
    ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--",
    "-.", "---", ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..",
};
static const char *digits[] = {
    "-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.",
};

const char *morse(char letter)
{
    unsigned char c = (unsigned char)letter;
    if (isdigit(c))
        return digits[c - '0'];
    if (isalpha(c))
        return letters[toupper(c) - 'A'];
    return NULL;
}
