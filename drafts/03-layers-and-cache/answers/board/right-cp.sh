docker run -d --name board board:1
echo tide > tide.txt
docker cp tide.txt board:/board/tide.txt
docker exec board sh -c 'echo "Berth 5: free" >> /board/berths.txt && rm /board/ball.txt'
