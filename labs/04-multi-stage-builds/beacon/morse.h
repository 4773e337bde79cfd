/* Morse code: the sign for a letter or digit, NULL for anything else. */
const char *morse(char letter);
