# expect: there is no project ferry
. ferry/mine.sh
cd ferry
sed "s/8100/$BERTH/" start.sh | sh
