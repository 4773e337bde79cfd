docker rm cork-1 cork-2
