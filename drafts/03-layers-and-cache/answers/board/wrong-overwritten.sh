# expect: /board/berths.txt
docker run -d --name board board:1
docker exec board sh -c 'echo tide > /board/tide.txt; echo "Berth 5: free" > /board/berths.txt; rm /board/ball.txt'
