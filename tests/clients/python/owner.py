"""The person at the browser: opens an authorization URL, signs in, allows, and stops where the client takes over."""
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


class Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == 'form':
            self.forms.append((attributes.get('action', ''), []))
        elif tag == 'input' and attributes.get('name') and self.forms:
            self.forms[-1][1].append((attributes['name'], attributes.get('value', 'on')))


def authorize(url, username='sampleuser', password='changeme'):
    browser = requests.Session()
    origin = urlsplit(url)[:2]
    response = browser.get(url, allow_redirects=False)
    for _ in range(12):
        location = response.headers.get('Location')
        if location:
            url = urljoin(url, location)
            if urlsplit(url)[:2] != origin:
                return url
            response = browser.get(url, allow_redirects=False)
            continue
        page = Forms()
        page.feed(response.text)
        action, fields = next(form for form in page.forms if {'UserName', 'interaction'} & {name for name, _ in form[1]})
        if any(name == 'UserName' for name, _ in fields):
            filled = {'UserName': username, 'Passwd': password}
            fields = [(name, filled.get(name, value)) for name, value in fields]
        else:
            fields = fields + [('decision', 'allow')]
        url = urljoin(url, action)
        response = browser.post(url, data=fields, allow_redirects=False)
    raise AssertionError('the pages led nowhere: ' + url)
