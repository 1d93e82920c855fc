"""The files that `noticescan init` writes. A test holds them against config.py: every key, every default."""

SETTINGS = """\
# Settings of noticescan. Each line that begins with "# key =" shows a default: take the "# " away to change it.
# Stronger than this file: environment variables (NOTICESCAN_CRAWL__DELAY=5) and flags. A mistyped key is an error.
# Paths are relative to the folder of this file.

# Evidence (WARC), database and reports go here.
# out_dir = "noticescan-out"

[crawl]
# URL or mail address in the User-Agent, so that a site's owner can ask who reads there. Please set it.
user_agent_contact = ""

# Pause between two requests to one host, in seconds. A longer Crawl-delay in robots.txt wins.
# delay = 2.0

# Where a crawl stops: pages of one target, and links away from its start pages.
# max_pages_per_target = 200
# max_depth = 4

# Many hosts are read at once, each over one connection.
# max_concurrent_hosts = 16

# Caps on one page: seconds, bytes on the wire, bytes after decompression, bytes of headers, redirects.
# page_timeout = 30.0
# max_wire_bytes = 10485760
# max_body_bytes = 52428800
# max_header_bytes = 65536
# max_redirects = 10

# A host that fails so often is given up for this run; a longer Retry-After (seconds) is not waited for.
# retry_limit = 3
# max_retry_after = 120.0

# Private or loopback networks that may be contacted, as narrow as possible, e.g. ["127.0.1.0/24"].
# allow_networks = []

# Hosts whose robots.txt is not followed, with the reason; the reason is kept with each capture.
# [crawl.robots_overrides]
# "shop.example" = "the owner allowed it in writing on 2026-03-01"

[ocr]
# Text in the pictures of a page: "auto" reads it where the extra is installed (pip install 'noticescan[ocr]'), "never"
# leaves it.
# pictures = "auto"

# Caps: pictures of one page, of one run, and bytes of one picture. What is past them is listed as not read.
# max_per_page = 40
# max_per_run = 2000
# max_bytes = 8388608

[render]
# A browser shows a page and runs its scripts: "auto" where it holds no text until then and the extra is installed
# (pip install 'noticescan[browser]', and a Chromium of your system), "always" for every page, or "never".
# when = "auto"

# Path of the browser; empty is the first of chromium, chromium-browser, google-chrome that is found.
# chromium = ""

# Its sandbox: "auto" is on unless noticescan runs as root; "off" for containers that cannot have one.
# sandbox = "auto"

# Caps on one page: seconds, requests, and bytes of all answers.
# timeout = 45.0
# max_requests = 250
# max_total_bytes = 62914560

[compare]
# For `crawl --compare-as search-referrer`: the search engine that the visitor seems to come from.
# search_referrer = "https://www.bing.com/"

# For `crawl --compare-as proxy:NAME`: proxies by name, each http://ADDRESS:PORT.
# [compare.proxies]
# "elsewhere" = "http://192.0.2.7:3128"

[store]
# Database: empty is a SQLite file in out_dir; or "postgresql://user@host/name".
# url = ""

[report]
# Language of the reports: "en" or "zh".
# lang = "en"
# formats = ["html", "json", "csv", "markdown", "letters"]
# Who writes the letters to the vendors: "press" (before you publish) or "regulator" (an office that inquires).
# letter = "press"

[run]
# How old a page may get before `noticescan run` looks again; a target can have its own interval.
# interval_hours = 168.0
targets = "targets.csv"

[evidence]
# After a run its WARC files are packed into one WACZ file, unless they are larger than this together (bytes; 0: never).
# wacz_max_bytes = 268435456

# Timestamp authorities (RFC 3161) to ask after each run and for each case file; they learn a digest and your address.
# timestamp_urls = []

# Calendars of OpenTimestamps to ask for the same (pip install 'noticescan[ots]'); they learn a random number and your
# address. Hours later `noticescan stamp RUN --upgrade` fetches what they have committed to the Bitcoin chain.
# ots_calendars = []

# PEM files with the root certificates of the timestamp authorities: without them a stamp is kept, and not verified.
# trusted_roots = []

# Ed25519 key that signs case files: openssl genpkey -algorithm ed25519 -out key.pem
# key_file = ""

# PEM files with the public keys whose signature counts for `noticescan verify`.
# trusted_keys = []

[rules]
# A patterns folder of your own; empty is the one that came with noticescan.
# path = ""

# Whose pages these are, where you know better than the program: "vendor", "news", "legal" (a court, a law), "notice",
# "guide", "defence" (against surveillance), "research" or "unrelated". "auto" decides it from each page. A target can
# have its own (column `speaker`). Reports say that a person said so.
# speaker = "auto"

[law]
# Reports name articles of law that a wording may engage, only those in force on the day of the capture, and only for
# places that you name: where your vendors are and whom they address, such as ["CN"], ["EU", "UK"] or ["US-IL"].
# A target can have its own (column `jurisdiction`). `noticescan law list` shows what there is.
# jurisdictions = []

# Whose duties: "vendor", "advertiser", "deployer" (whoever uses a product; no use follows from an advertisement).
# A vendor that runs the service itself is marked in the targets file (column `role`: vendor deployer).
# role = ["vendor", "advertiser"]

# Whom the pages address: "b2b", "b2c" or "both"; empty is not known, and consumer law is then left out.
# audience = ""
"""

TARGETS = """\
vendor,url,notice_url,note,jurisdiction,audience,speaker,role
Name of the vendor as registered,https://vendor.example/,https://vendor.example/privacy,replace this line,,,,
"""
