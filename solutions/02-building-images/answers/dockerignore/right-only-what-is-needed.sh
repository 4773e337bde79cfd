# Keep everything out, then take back what belongs in.
cat > parcel/.dockerignore <<'EOF'
*
!tides.py
!harbours.csv
!README.md
!conf/settings.ini
EOF
docker build -t parcel:clean parcel
