# expect: /board/tide.txt
docker run -d --name board board:1
docker run --rm board:1 sh -c 'echo tide > /board/tide.txt; echo "Berth 5: free" >> /board/berths.txt; rm /board/ball.txt'
