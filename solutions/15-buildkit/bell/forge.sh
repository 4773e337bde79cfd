#!/bin/sh
# forge.sh ARCHITECTURE TEXT: writes a program for that kind of computer, which prints the text. A compiler for one sentence.
set -eu
text="$2, on $1"
count=$((${#text} + 1))
le() { # le BYTES NUMBER: a number as bytes, the lowest first
    left=$1 rest=$2
    while [ "$left" -gt 0 ]; do
        printf "\\$(printf %03o $((rest % 256)))"
        rest=$((rest / 256)) left=$((left - 1))
    done
}
bytes() { for byte; do printf "\\$(printf %03o "0x$byte")"; done; }
header() { # header CLASS MACHINE START SIZE: an ELF header and one segment, from address 0x400000 (4194304)
    bytes 7f 45 4c 46 "$1" 1 1 0 0 0 0 0 0 0 0 0
    le 2 2; le 2 "$2"; le 4 1
    if [ "$1" = 1 ]; then
        le 4 "$3"; le 4 52; le 4 0; le 4 0; le 2 52; le 2 32; le 2 1; le 6 0
        le 4 1; le 4 0; le 4 4194304; le 4 4194304; le 4 "$4"; le 4 "$4"; le 4 5; le 4 4096
    else
        le 8 "$3"; le 8 64; le 8 0; le 4 0; le 2 64; le 2 56; le 2 1; le 6 0
        le 4 1; le 4 5; le 8 0; le 8 4194304; le 8 4194304; le 8 "$4"; le 8 "$4"; le 8 4096
    fi
}
case $1 in
amd64) # write(1, text, count); exit(0)
    header 2 62 $((4194304 + 120)) $((120 + 31 + count))
    bytes b8 1 0 0 0 bf 1 0 0 0 be; le 4 $((4194304 + 151)); bytes ba; le 4 "$count"
    bytes 0f 05 b8 3c 0 0 0 31 ff 0f 05
    ;;
386)
    header 1 3 $((4194304 + 84)) $((84 + 31 + count))
    bytes b8 4 0 0 0 bb 1 0 0 0 b9; le 4 $((4194304 + 115)); bytes ba; le 4 "$count"
    bytes cd 80 b8 1 0 0 0 31 db cd 80
    ;;
arm64)
    header 2 183 $((4194304 + 120)) $((120 + 36 + count))
    le 4 $((0xd2800808)); le 4 $((0xd2800020)); le 4 $((0xd2800001 + ((120 + 36) << 5))); le 4 $((0xf2a00801))
    le 4 $((0xd2800002 + (count << 5))); le 4 $((0xd4000001)); le 4 $((0xd2800ba8)); le 4 $((0xd2800000)); le 4 $((0xd4000001))
    ;;
*) echo "forge.sh knows amd64, 386 and arm64, not $1" >&2; exit 1 ;;
esac
printf '%s\n' "$text"
