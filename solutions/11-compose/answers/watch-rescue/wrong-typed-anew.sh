# expect: The lab's folder has at rescued/fares.txt a file containing
mkdir -p rescued
echo "adult 4, child 2, dog 1" > rescued/fares.txt
