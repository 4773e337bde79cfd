# expect: in another student
berth = check.value("berth", of=range(10, 1000))
print("Your berth:", berth)
!docker run --name note drydock/busybox:1 echo "Berth 306 is free"
