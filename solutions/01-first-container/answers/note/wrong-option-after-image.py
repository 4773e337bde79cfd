# expect: there is no container named note
berth = check.value("berth", of=range(10, 1000))
print("Your berth:", berth)
!docker run drydock/busybox:1 --name note echo "Berth {berth} is free"
