# Calls of ruby-openid-connect: each a line of JSON on standard input, what it says a line of JSON on standard output.
require "openid_connect"

issuer, id, secret, back, authority = ARGV
OpenIDConnect.http_config do |http|
  http.ssl_config.clear_cert_store
  http.ssl_config.add_trust_ca(authority)
end
PROVIDER = OpenIDConnect::Discovery::Provider::Config.discover!(issuer)
EXPECTED = { issuer: issuer, client_id: id }.freeze
CLIENT = OpenIDConnect::Client.new(
  identifier: id, secret: secret, redirect_uri: back,
  authorization_endpoint: PROVIDER.authorization_endpoint,
  token_endpoint: PROVIDER.token_endpoint,
  userinfo_endpoint: PROVIDER.userinfo_endpoint
)

def told(token)
  { access_token: token.access_token, refresh_token: token.refresh_token, id_token: token.id_token }
end

def claims(id_token, nonce)
  said = OpenIDConnect::ResponseObject::IdToken.new(JSON::JWT.decode(id_token, PROVIDER.jwks))
  said.verify!(EXPECTED.merge(nonce: nonce))
  said.raw_attributes
end

CALLS = {
  "leave" => ->(asked) { CLIENT.authorization_uri(asked["parameters"].symbolize_keys) },
  "redeem" => lambda do |asked|
    CLIENT.authorization_code = asked["code"]
    token = CLIENT.access_token!(:basic, code_verifier: asked["verifier"])
    told(token).merge(claims: claims(token.id_token, asked["nonce"]))
  end,
  "refresh" => lambda do |asked|
    CLIENT.refresh_token = asked["token"]
    told(CLIENT.access_token!)
  end,
  "userinfo" => lambda do |asked|
    OpenIDConnect::AccessToken.new(access_token: asked["token"], client: CLIENT).userinfo!.raw_attributes
  end,
  "sign_out" => ->(asked) { "#{PROVIDER.end_session_endpoint}?#{asked['parameters'].to_query}" }
}.freeze

$stdout.sync = true
$stdin.each_line do |line|
  asked = JSON.parse(line)
  answer =
    begin
      { said: CALLS.fetch(asked["call"]).call(asked) }
    rescue Rack::OAuth2::Client::Error => error
      { error: error.response[:error] }
    rescue StandardError => error
      { error: error.class.name }
    end
  puts answer.to_json
end
