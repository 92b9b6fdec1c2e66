"""Authlib as a client of OpenID Connect: what it says of ID tokens, by discovery and key set. One line a case."""
import os
import sys
import traceback
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken, HybridIDToken, ImplicitIDToken, UserInfo

from owner import authorize

os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'

ISSUER = sys.argv[1]
APP, SECRET = 'SampleConfidentialApp', '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec'
CALLBACK = 'http://127.0.0.1:53682/callback'
ABOUT = requests.get(ISSUER + '/.well-known/openid-configuration').json()
KEYS = JsonWebKey.import_key_set(requests.get(ABOUT['jwks_uri']).json())
NONCE = 'a-nonce-of-the-test'


def session(**options):
    return OAuth2Session(APP, SECRET, redirect_uri=CALLBACK, scope='openid profile', token_endpoint=ABOUT['token_endpoint'], **options)


def read(id_token, claims_class, **params):
    options = {'iss': {'value': ISSUER}, 'aud': {'value': APP}, 'nonce': {'value': NONCE}}
    claims = jwt.decode(id_token, KEYS, claims_cls=claims_class, claims_options=options,
                        claims_params={'nonce': NONCE, 'client_id': APP, **params})
    claims.validate(leeway=5)
    assert claims['sub'] == 'sampleuser', claims
    return claims


def fragment(url):
    return {name: value for name, [value] in parse_qs(urlsplit(url).fragment).items()}


def code_flow_and_user_info():
    client = session()
    url, state = client.create_authorization_url(ABOUT['authorization_endpoint'], nonce=NONCE, max_age=100)
    token = client.fetch_token(authorization_response=authorize(url), state=state)
    claims = read(token['id_token'], CodeIDToken, access_token=token['access_token'], max_age=100)
    assert claims['at_hash'] and claims['auth_time'], claims
    known = UserInfo(client.get(ABOUT['userinfo_endpoint']).json())
    assert known.sub == 'sampleuser' and known.given_name == 'Sample', known


def implicit_flow():
    for response_type in ('id_token', 'id_token token'):
        url, _ = session().create_authorization_url(ABOUT['authorization_endpoint'], response_type=response_type, nonce=NONCE)
        answer = fragment(authorize(url))
        read(answer['id_token'], ImplicitIDToken, access_token=answer.get('access_token'))


def hybrid_flow():
    for response_type in ('code id_token', 'code token', 'code id_token token'):
        client = session()
        url, _ = client.create_authorization_url(ABOUT['authorization_endpoint'], response_type=response_type, nonce=NONCE)
        answer = fragment(authorize(url))
        if 'id_token' in answer:
            read(answer['id_token'], HybridIDToken, access_token=answer.get('access_token'), code=answer['code'])
        token = client.fetch_token(code=answer['code'], grant_type='authorization_code')
        read(token['id_token'], CodeIDToken, access_token=token['access_token'])


if __name__ == '__main__':
    for case in (code_flow_and_user_info, implicit_flow, hybrid_flow):
        try:
            case()
            print('ok', case.__name__)
        except Exception:
            print('failed', case.__name__, repr(traceback.format_exc()))
