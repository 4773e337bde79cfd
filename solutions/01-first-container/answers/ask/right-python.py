from urllib.error import HTTPError
from urllib.request import urlopen

try:
    urlopen("http://localhost:8080/tide-table")
except HTTPError as error:
    print(error)
