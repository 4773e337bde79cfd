# The runner runs this for each commit on main. $COMMIT is the commit's short name.
echo "no pipeline yet"
