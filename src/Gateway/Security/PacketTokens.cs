using System.Globalization;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Security;

/// <summary>
/// The token that opens a packet socket beside a connection. It is good for a minute, for that one connection at this gateway, and only while the device that asked for it is
/// logged in there: it is no use to anybody who finds it in a log.
/// </summary>
public sealed class PacketTokens(SignedTokens tokens)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private const string Audience = "packets";

    public string Issue(ConnectionId connection, Caller caller) => tokens.Issue(Audience, Lifetime, new Dictionary<string, object>
    {
        ["connection"] = connection.Value,
        ["opened"] = connection.OpenedAt.UtcTicks,
        ["gateway"] = connection.Gateway ?? "",
        ["sub"] = caller.User.Value,
        ["device"] = caller.Device.Value,
    });

    /// <summary>Which seat it was given to; null for a token that is not valid, or not any more. Whether that seat is still there, the connections know.</summary>
    public Seat? Read(string token) => tokens.Read(Audience, token, "connection", "opened", "gateway", "sub", "device") is { } claims
        ? new Seat(ConnectionOf(claims), new UserId(claims["sub"]), new DeviceId(claims["device"]))
        : null;

    private static ConnectionId ConnectionOf(IReadOnlyDictionary<string, string> claims) =>
        new(claims["connection"], new DateTimeOffset(long.Parse(claims["opened"], CultureInfo.InvariantCulture), TimeSpan.Zero), claims["gateway"]);
}
