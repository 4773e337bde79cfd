# expect: Image raft:spare exists
docker rmi raft:spare
