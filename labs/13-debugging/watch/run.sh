echo "the keeper climbs the stairs"
python3 /watch.py
