using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Delivery;

namespace Orchestrator.Connections;

/// <summary>
/// The short name of this gateway, which stands before ids that clients come back with, so that a log or a proxy shows where they belong. It is no secret: a hash of what sources call the
/// gateway, and so new at each start.
/// </summary>
public sealed class GatewayTag(GatewayName gateway)
{
    private const int Length = 8;
    private const char Separator = '.';
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public string Text { get; } = Of(gateway.Value);

    /// <summary>The short name of any gateway.</summary>
    public static string Of(string gateway) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(gateway)))[..Length];

    /// <summary>The id with the name before it.</summary>
    public string Before(string id) => $"{Text}{Separator}{id}";

    /// <summary>The other gateway that an id names; null when it names this one, or none.</summary>
    public string? Elsewhere(string id)
    {
        var isNamed = id.Length > Length && id[Length] == Separator && id.AsSpan(0, Length).IndexOfAnyExcept(Digits) < 0;
        return isNamed && !id.StartsWith(Text, StringComparison.Ordinal) ? id[..Length] : null;
    }
}
