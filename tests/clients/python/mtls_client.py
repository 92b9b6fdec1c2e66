"""requests with a client certificate. Arguments: URL of the endpoints with certificates, authority, certificate, key. One line a case."""
import sys
import traceback

import requests

BASE, CA, CERTIFICATE, KEY = sys.argv[1] + '/api/oauth', sys.argv[2], sys.argv[3], sys.argv[4]
FORM = {'grant_type': 'client_credentials', 'client_id': 'robot'}


def with_certificate():
    # Said with each request: what a session says gives way to variables of the environment.
    shown = {'cert': (CERTIFICATE, KEY), 'verify': CA}
    answer = requests.post(BASE + '/token', data=FORM, **shown)
    assert answer.status_code == 200, answer.text
    bearer = {'Authorization': 'Bearer ' + answer.json()['access_token']}
    assert 'Congrats!' in requests.get(BASE + '/protected', headers=bearer, **shown).text
    without = requests.get(BASE + '/protected', headers=bearer, verify=CA)
    assert without.status_code == 401, without.text


def without_certificate():
    answer = requests.post(BASE + '/token', data=FORM, verify=CA)
    assert (answer.status_code, answer.json()['error']) == (401, 'invalid_client'), answer.text


for case in [with_certificate, without_certificate]:
    try:
        case()
        print('ok', case.__name__)
    except Exception:
        print('FAILED', case.__name__, traceback.format_exc().replace('\n', ' | '))
