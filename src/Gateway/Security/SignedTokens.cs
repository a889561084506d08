using JWT;
using JWT.Algorithms;
using JWT.Exceptions;
using JWT.Serializers;

namespace Orchestrator.Security;

/// <summary>JSON Web Tokens signed with our key (HS256). A token names what it is for, and is good for nothing else.</summary>
public sealed class SignedTokens
{
    private const int LengthMax = 4_096;

    private readonly TokenKey _key;
    private readonly TimeProvider _time;
    private readonly JwtEncoder _encoder;
    private readonly JwtDecoder _decoder;

    public SignedTokens(TokenKey key, TimeProvider time)
    {
        _key = key;
        _time = time;
        var serializer = new JsonNetSerializer();
        var algorithm = new HMACSHA256Algorithm();
        var encoder = new JwtBase64UrlEncoder();
        _encoder = new JwtEncoder(algorithm, serializer, encoder);
        _decoder = new JwtDecoder(serializer, new JwtValidator(serializer, new Clock(time)), encoder, algorithm);
    }

    public string Issue(string audience, TimeSpan lifetime, IDictionary<string, object> claims)
    {
        var now = _time.GetUtcNow();
        var payload = new Dictionary<string, object>(claims)
        {
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
        };
        return _encoder.Encode(null, payload, _key.Bytes);
    }

    /// <summary>The claims; null for a token that is not ours, not for this, without a claim that is needed, or no longer valid.</summary>
    public IReadOnlyDictionary<string, string>? Read(string audience, string token, params ReadOnlySpan<string> needed)
    {
        if (token.Length > LengthMax)
        {
            return null;
        }

        try
        {
            var claims = _decoder.DecodeToObject<Dictionary<string, object>>(new JwtParts(token), _key.Bytes, verify: true);
            return claims is not null && claims.TryGetValue("aud", out var aud) && aud is string text && text == audience && HasAll(claims, ["exp", .. needed])
                ? claims.ToDictionary(c => c.Key, c => Convert.ToString(c.Value, System.Globalization.CultureInfo.InvariantCulture) ?? "")
                : null;
        }
        catch (Exception e) when (e is SignatureVerificationException or InvalidTokenPartsException or ArgumentException or FormatException or Newtonsoft.Json.JsonException)
        {
            // Whatever a stranger puts together is simply not a token.
            return null;
        }
    }

    private static bool HasAll(Dictionary<string, object> claims, ReadOnlySpan<string> needed)
    {
        foreach (var name in needed)
        {
            if (!claims.ContainsKey(name))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Clock(TimeProvider time) : IDateTimeProvider
    {
        public DateTimeOffset GetNow() => time.GetUtcNow();
    }
}
