"""The peer of bench_crawl: Scrapy fetches the pages and follows `next`; nothing is kept or judged."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Iterator

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class Peer(scrapy.Spider):
    name = "peer"
    read = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in sys.argv[1:]:
            yield scrapy.Request(url)

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        Peer.read += 1
        following = re.search(rb'<a href="(/\d+\.html)">next', response.body)
        if following:
            yield response.follow(following[1].decode())


process = CrawlerProcess(
    {
        "LOG_ENABLED": False,
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "RETRY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Peer)
process.start()
print(Peer.read)
