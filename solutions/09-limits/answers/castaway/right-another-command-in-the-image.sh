docker commit --change 'CMD ["sleep", "1d"]' castaway castaway:saved
docker run -d --name refloat castaway:saved
