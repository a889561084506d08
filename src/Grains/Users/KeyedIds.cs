using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Users;

/// <summary>Ids that follow from an idempotency key, so that a repeated command names the same thing again.</summary>
internal static class KeyedIds
{
    public static string Of(UserId user, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Value}\n{key}"));
        return new Guid(hash.AsSpan(0, 16)).ToString("D");
    }
}
