using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Security;

/// <summary>The token that brings a device back. It says who it is; whether there is still a seat, the user's grain knows.</summary>
public sealed class ResumeTokens(SignedTokens tokens)
{
    private const string Audience = "resume";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public string Issue(Caller caller, UserKind kind) => tokens.Issue(Audience, Lifetime, new Dictionary<string, object>
    {
        ["sub"] = caller.User.Value,
        ["name"] = caller.UserName,
        ["device"] = caller.Device.Value,
        ["kind"] = kind.ToString(),
    });

    /// <summary>Refusals: <see cref="RefusalCode.ResumeExpired"/>.</summary>
    public (Caller Caller, UserKind Kind) Read(string token) => tokens.Read(Audience, token, "sub", "name", "device", "kind") is { } claims
        ? (new Caller(new UserId(claims["sub"]), new DeviceId(claims["device"]), claims["name"]), Enum.Parse<UserKind>(claims["kind"]))
        : throw new Refusal(RefusalCode.ResumeExpired, "The resume token is not valid.");
}
