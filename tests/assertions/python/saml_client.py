"""pysaml2 (with xmlsec1) makes assertions, requests brings them. Arguments: server's URL, PEM of the issuer's key. One line a case."""
import base64
import datetime
import secrets
import sys
import traceback

import requests
from saml2 import class_name, saml, sigver, xmldsig

URL, KEY_FILE = sys.argv[1], sys.argv[2]
TOKEN = URL + '/api/oauth/token'
GRANT = 'urn:ietf:params:oauth:grant-type:saml2-bearer'
PORTAL = ('portal', 'portal-secret-portal-secret-portal')
SHA256 = {'sign_alg': xmldsig.SIG_RSA_SHA256, 'digest_alg': xmldsig.DIGEST_SHA256}
XMLSEC = sigver.CryptoBackendXmlSec1(sigver.get_xmlsec_binary())


def at(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%SZ')


def assertion(algorithms=SHA256, audience=URL, **statements):
    made = saml.Assertion(
        version='2.0', id='_' + secrets.token_hex(16), issue_instant=at(0),
        issuer=saml.Issuer(text='https://idp.example'),
        subject=saml.Subject(
            name_id=saml.NameID(text='sampleuser', format=saml.NAMEID_FORMAT_PERSISTENT),
            subject_confirmation=[saml.SubjectConfirmation(
                method=saml.SCM_BEARER,
                subject_confirmation_data=saml.SubjectConfirmationData(not_on_or_after=at(120), recipient=TOKEN))]),
        conditions=saml.Conditions(
            not_on_or_after=at(120),
            audience_restriction=[saml.AudienceRestriction(audience=[saml.Audience(text=audience)])]),
        **statements)
    made.signature = sigver.pre_signature_part(made.id, **algorithms)
    return XMLSEC.sign_statement(str(made), class_name(made), KEY_FILE, made.id)


def bring(xml, padded=True):
    sent = base64.urlsafe_b64encode(xml.encode()).decode()
    return requests.post(TOKEN, auth=PORTAL, data={'grant_type': GRANT, 'assertion': sent if padded else sent.rstrip('=')})


def refused(answer):
    assert answer.status_code == 400 and answer.json()['error'] == 'invalid_grant', answer.text


def an_assertion_gives_a_token_once():
    made = assertion()
    answer = bring(made)
    assert answer.status_code == 200, answer.text
    info = requests.post(URL + '/api/oauth/tokeninfo', data={'access_token': answer.json()['access_token']}).json()
    assert info['user_id'] == 'sampleuser', info
    refused(bring(made))


def without_padding():
    assert bring(assertion(), padded=False).status_code == 200


def with_attributes():
    attribute = saml.Attribute(name='mail', attribute_value=[saml.AttributeValue(text='kim@idp.example')])
    answer = bring(assertion(attribute_statement=[saml.AttributeStatement(attribute=[attribute])]))
    assert answer.status_code == 200, answer.text


def with_an_authentication_statement():
    context = saml.AuthnContext(authn_context_class_ref=saml.AuthnContextClassRef(text=saml.NAMESPACE + ':ac:classes:Password'))
    statement = saml.AuthnStatement(authn_instant=at(-60), session_index='_1', authn_context=context)
    assert bring(assertion(authn_statement=[statement])).status_code == 200


def its_default_rsa_sha1_is_refused():
    made = assertion(algorithms={})
    assert 'rsa-sha1' in made
    refused(bring(made))


def another_audience_is_refused():
    refused(bring(assertion(audience='https://other.example')))


def a_changed_name_is_refused():
    refused(bring(assertion().replace('sampleuser', 'admin')))


for case in [value for value in list(globals().values()) if callable(value) and getattr(value, '__code__', None) and value.__code__.co_argcount == 0]:
    try:
        case()
        print('ok', case.__name__)
    except Exception:
        print('not ok', case.__name__, traceback.format_exc().replace('\n', ' | '))
