using System.Collections.Immutable;
using Orchestrator.Users;

namespace Orchestrator.Administration;

/// <summary>What administrators did, the last of it; one grain. Durable: answered when it is written. Called by gateways.</summary>
[Alias("audit")]
public interface IAuditGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Adds an entry; the oldest goes when there are too many.</summary>
    [Alias("add")]
    Task Add(AuditEntry entry);

    /// <summary>The entries, oldest first. For administrators.</summary>
    [Alias("read"), Repeatable]
    Task<ImmutableArray<AuditEntry>> Read();
}

/// <summary>Something that was done to the orchestrator as a whole, or to an account.</summary>
/// <param name="UserId">Who did it; null for a trusted caller that was not logged in, or the start of the process.</param>
/// <param name="Address">From where.</param>
/// <param name="Action">The command.</param>
/// <param name="Target">Whom or what it was done to.</param>
/// <param name="Result">"ok", or the name of the refusal.</param>
[GenerateSerializer, Immutable, Alias("audit-entry")]
public sealed record AuditEntry(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] UserId? UserId,
    [property: Id(2)] string? UserName,
    [property: Id(3)] string Address,
    [property: Id(4)] string Action,
    [property: Id(5)] string? Target,
    [property: Id(6)] string Result);
