# A new version of the fares, as somebody wrote it in a hurry: sh plant.sh mile|most|child
cd "$(dirname "$0")" || exit
miles='(miles - 1)' most=min child=2
case $1 in
mile) miles=miles ;;
most) most=max ;;
child) child=4 ;;
esac
cat >fares.py <<EOF
"""What a trip costs, in shells: python3 fares.py adult|child|dog MILES"""

import sys

EACH = {"adult": 4, "child": $child, "dog": 1}


def fare(who: str, miles: int) -> int:
    # The first mile is free, and nobody pays more than for ten miles.
    return $most(EACH[who] * $miles, EACH[who] * 10)


if __name__ == "__main__":
    print(fare(sys.argv[1], int(sys.argv[2])))
EOF
