# The clerk: two seconds to wake up, then half a second for each who asks.
sleep 2
mkdir -p /www/cgi-bin
cat >/www/cgi-bin/tide <<'EOF'
#!/bin/sh
sleep 0.5
printf 'Content-Type: text/plain\r\n\r\n'
cat /tables.txt
EOF
chmod +x /www/cgi-bin/tide
exec httpd -f -p 80 -h /www
