# expect: there is no container named note
berth = check.value("berth", of=range(10, 1000))
print("Your berth:", berth)
!docker run --rm --name note drydock/busybox:1 echo "Berth {berth} is free"
