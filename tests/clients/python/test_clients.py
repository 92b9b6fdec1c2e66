"""requests-oauthlib and Authlib, every grant, against the server whose URL is the argument. One line a case."""
import os
import sys
import traceback

from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient, MobileApplicationClient, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from owner import authorize

# Both libraries refuse plain HTTP, on loopback too, unless they are told.
os.environ['OAUTHLIB_INSECURE_TRANSPORT'] = '1'
os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'

BASE = sys.argv[1] + '/api/oauth'
APP, SECRET = 'SampleConfidentialApp', '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec'
PUBLIC = 'SamplePublicApp'
CALLBACK = 'http://127.0.0.1:53682/callback'
SCOPE = ['resource.READ', 'resource.WRITE']
BASIC = HTTPBasicAuth(APP, SECRET)


def protected(session):
    return session.get(BASE + '/protected')


def requests_oauthlib_code_refresh():
    session = OAuth2Session(APP, redirect_uri=CALLBACK, scope=SCOPE)
    url, _ = session.authorization_url(BASE + '/authorize')
    token = session.fetch_token(BASE + '/token', authorization_response=authorize(url), client_secret=SECRET)
    assert token['scope'] == SCOPE and token['expires_in'] == 3600, token
    assert 'Congrats!' in protected(session).text
    renewed = session.refresh_token(BASE + '/token', auth=BASIC)
    assert renewed['access_token'] != token['access_token']
    assert protected(session).status_code == 200


def requests_oauthlib_code_pkce_public():
    session = OAuth2Session(PUBLIC, redirect_uri=CALLBACK, scope=SCOPE, pkce='S256')
    url, _ = session.authorization_url(BASE + '/authorize')
    session.fetch_token(BASE + '/token', authorization_response=authorize(url), include_client_id=True)
    assert protected(session).status_code == 200
    session.refresh_token(BASE + '/token', client_id=PUBLIC)
    assert protected(session).status_code == 200


def requests_oauthlib_implicit():
    session = OAuth2Session(client=MobileApplicationClient(APP), redirect_uri=CALLBACK, scope=SCOPE)
    url, _ = session.authorization_url(BASE + '/authorize')
    token = session.token_from_fragment(authorize(url))
    assert 'refresh_token' not in token and token['scope'] == SCOPE, token.keys()
    assert protected(session).status_code == 200


def requests_oauthlib_client_credentials():
    session = OAuth2Session(client=BackendApplicationClient(APP))
    token = session.fetch_token(BASE + '/token', auth=BASIC)
    assert 'refresh_token' not in token
    assert protected(session).status_code == 200


def requests_oauthlib_password():
    session = OAuth2Session(client=LegacyApplicationClient(APP))
    session.fetch_token(BASE + '/token', username='sampleuser', password='changeme', auth=BASIC)
    assert protected(session).status_code == 200
    try:
        session.fetch_token(BASE + '/token', username='sampleuser', password='wrong', auth=BASIC)
    except OAuth2Error as error:
        assert error.error == 'invalid_grant', error
    else:
        raise AssertionError('a wrong password was accepted')


def requests_oauthlib_web_client_refuses_a_second_use():
    session = OAuth2Session(client=WebApplicationClient(APP), redirect_uri=CALLBACK, scope=SCOPE)
    url, _ = session.authorization_url(BASE + '/authorize')
    answer = authorize(url)
    session.fetch_token(BASE + '/token', authorization_response=answer, auth=BASIC)
    try:
        session.fetch_token(BASE + '/token', authorization_response=answer, auth=BASIC)
    except OAuth2Error as error:
        assert error.error == 'invalid_grant', error
    else:
        raise AssertionError('a code was redeemed twice')


def session_of_authlib(**options):
    options = {'client_id': APP, 'client_secret': SECRET, 'redirect_uri': CALLBACK, 'scope': 'resource.READ', **options}
    return Authlib(token_endpoint=BASE + '/token', revocation_endpoint_auth_method='client_secret_basic', **options)


def authlib_code_refresh_introspect_revoke():
    for method in ('client_secret_basic', 'client_secret_post'):
        session = session_of_authlib(token_endpoint_auth_method=method, code_challenge_method='S256')
        verifier = 'v' * 64
        url, state = session.create_authorization_url(BASE + '/authorize', code_verifier=verifier)
        token = session.fetch_token(authorization_response=authorize(url), state=state, code_verifier=verifier)
        assert token['scope'] == 'resource.READ', token
        renewed = session.refresh_token(BASE + '/token', refresh_token=token['refresh_token'])
        seen = session.introspect_token(BASE + '/introspect', token=renewed['access_token']).json()
        assert seen['active'] is True and seen['username'] == 'sampleuser', seen
        assert protected(session).status_code == 200
        revoked = session.revoke_token(BASE + '/revoke', token=renewed['refresh_token'], token_type_hint='refresh_token')
        assert revoked.status_code == 200 and revoked.text == ''
        assert session.introspect_token(BASE + '/introspect', token=renewed['access_token']).json() == {'active': False}


def authlib_implicit():
    session = session_of_authlib(client_secret=None, token_endpoint_auth_method='none')
    url, _ = session.create_authorization_url(BASE + '/authorize', response_type='token')
    token = session.fetch_token(authorization_response=authorize(url))
    assert token['token_type'] == 'Bearer' and 'refresh_token' not in token
    assert protected(session).status_code == 200


def authlib_client_credentials_and_password():
    session = session_of_authlib(token_endpoint_auth_method='client_secret_basic')
    session.fetch_token(grant_type='client_credentials')
    assert protected(session).status_code == 200
    session.fetch_token(username='sampleuser', password='changeme')
    assert protected(session).status_code == 200


def authlib_public_pkce():
    session = session_of_authlib(client_id=PUBLIC, client_secret=None, token_endpoint_auth_method='none', code_challenge_method='S256')
    verifier = 'w' * 64
    url, _ = session.create_authorization_url(BASE + '/authorize', code_verifier=verifier)
    token = session.fetch_token(authorization_response=authorize(url), code_verifier=verifier)
    session.refresh_token(BASE + '/token', refresh_token=token['refresh_token'])
    assert protected(session).status_code == 200


if __name__ == '__main__':
    cases = [(name, case) for name, case in list(globals().items()) if name.startswith(('requests_oauthlib_', 'authlib_'))]
    for name, case in cases:
        try:
            case()
            print('ok', name)
        except Exception:
            print('failed', name, repr(traceback.format_exc()))
