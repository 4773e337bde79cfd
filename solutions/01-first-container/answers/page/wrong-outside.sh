# expect: 404
# Without `sh -c` the > is the notebook's: the page is written beside the notebook.
docker exec web echo "Berth 4: free" > berths.html
