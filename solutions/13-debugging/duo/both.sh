sh /bell.sh &
exec sh /horn.sh
