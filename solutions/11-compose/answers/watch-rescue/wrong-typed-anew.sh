# expect: is the old office's list
mkdir -p rescued
echo "adult 4, child 2, dog 1" > rescued/fares.txt
