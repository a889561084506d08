using System.Security.Cryptography;
using Orchestrator.Security;

namespace Orchestrator.Storage.Postgres;

/// <summary>The key that signs tokens, kept in the database so that all its processes accept each other's tokens.</summary>
internal static class PostgresTokenKey
{
    private const int KeyBytes = 32;
    private const string Name = "token-key";

    /// <summary>Of several who make one at the same time the first one's stays.</summary>
    public static async Task<TokenKey> ReadOrMakeAsync(PostgresAttempt attempt, PostgresSchema schema)
    {
        await attempt.ExecuteAsync(
            $"INSERT INTO {schema.Quoted}.secret (name, value) VALUES ($1, decode($2, 'hex')) ON CONFLICT DO NOTHING",
            Name, Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyBytes)));
        var bytes = await attempt.ScalarAsync<byte[]>($"SELECT value FROM {schema.Quoted}.secret WHERE name = $1", Name);
        return bytes is { Length: >= KeyBytes }
            ? new TokenKey(bytes)
            : throw new StorageUnavailableException(
                $"The token key in {schema.Quoted}.secret is damaged; delete that row, and everybody logs in again.");
    }

    /// <summary>Puts a key in place of the one that is there; processes that run keep theirs until they start again.</summary>
    public static Task<int> ReplaceAsync(PostgresAttempt attempt, PostgresSchema schema, byte[] bytes) => attempt.ExecuteAsync(
        $"INSERT INTO {schema.Quoted}.secret (name, value) VALUES ($1, decode($2, 'hex')) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        Name, Convert.ToHexString(bytes));
}
