"""PyJWT and Authlib: the JWT grant and JWTs as a client's proof. Arguments: URL, the RSA key of robot, the issuer's key. One line a case."""
import os
import sys
import time
import traceback
import uuid

import jwt
import requests
from authlib.integrations.requests_client import AssertionSession, OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT

os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'

ISSUER, ROBOT_KEY, IDP_KEY = sys.argv[1], open(sys.argv[2]).read(), open(sys.argv[3]).read()
TOKEN = ISSUER + '/api/oauth/token'
GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
PORTAL = ('portal', 'portal-secret-portal-secret-portal')
HMAC_SECRET = 'hmac-secret-hmac-secret-hmac-secret'


def claims(issuer, subject, **more):
    now = int(time.time())
    return {'iss': issuer, 'sub': subject, 'aud': ISSUER, 'iat': now, 'exp': now + 60, 'jti': str(uuid.uuid4()), **more}


def post(assertion, auth=None):
    return requests.post(TOKEN, data={'grant_type': GRANT, 'assertion': assertion}, auth=auth)


def subject(token):
    answer = requests.post(ISSUER + '/api/oauth/tokeninfo', data={'access_token': token})
    return answer.json()['user_id']


def pyjwt_own():
    answer = post(jwt.encode(claims('robot', 'robot'), ROBOT_KEY, 'RS256'))
    assert answer.status_code == 200, answer.text
    assert subject(answer.json()['access_token']) == 'robot'


def pyjwt_of_a_trusted_issuer():
    answer = post(jwt.encode(claims('https://idp.example', 'sampleuser'), IDP_KEY, 'ES256'), PORTAL)
    assert answer.status_code == 200, answer.text
    assert subject(answer.json()['access_token']) == 'sampleuser'


def pyjwt_refused():
    wrong = [
        jwt.encode(claims('robot', 'robot'), IDP_KEY, 'ES256'),
        jwt.encode(claims('robot', 'robot', aud='https://other.example'), ROBOT_KEY, 'RS256'),
        jwt.encode(claims('robot', 'robot', exp=int(time.time()) + 3600), ROBOT_KEY, 'RS256'),
        jwt.encode(claims('robot', 'robot'), None, 'none'),
        jwt.encode(claims('robot', 'robot'), 'x' * 32, 'HS256'),
    ]
    for assertion in wrong:
        answer = post(assertion)
        assert (answer.status_code, answer.json()['error']) == (400, 'invalid_grant'), answer.text


def authlib_assertion_session():
    session = AssertionSession(
        token_endpoint=TOKEN, issuer='robot', subject='robot', audience=ISSUER, grant_type=GRANT,
        key=ROBOT_KEY, header={'alg': 'RS256'}, claims={'jti': str(uuid.uuid4()), 'exp': int(time.time()) + 60})
    answer = session.get(ISSUER + '/api/oauth/protected')
    assert 'Congrats!' in answer.text, answer.text


def authlib_private_key_jwt():
    session = OAuth2Session('robot', ROBOT_KEY, token_endpoint_auth_method=PrivateKeyJWT(ISSUER, claims={'exp': int(time.time()) + 60}))
    token = session.fetch_token(TOKEN, grant_type='client_credentials')
    assert subject(token['access_token']) == 'robot', token


def authlib_client_secret_jwt():
    session = OAuth2Session('hmac', HMAC_SECRET, token_endpoint_auth_method=ClientSecretJWT(ISSUER, claims={'exp': int(time.time()) + 60}))
    token = session.fetch_token(TOKEN, grant_type='client_credentials')
    assert subject(token['access_token']) == 'hmac', token


for case in [pyjwt_own, pyjwt_of_a_trusted_issuer, pyjwt_refused, authlib_assertion_session, authlib_private_key_jwt, authlib_client_secret_jwt]:
    try:
        case()
        print('ok', case.__name__)
    except Exception:
        print('FAILED', case.__name__, traceback.format_exc().replace('\n', ' | '))
