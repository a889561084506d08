namespace Orchestrator.Users;

/// <summary>The data of a user with an account, as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("user-data-state")]
public sealed record UserDataState
{
    /// <summary>One JSON object; null: there is none.</summary>
    [Id(0)]
    public Payload? Data { get; init; }

    /// <summary>Counts the changes. It goes on after the data was cleared.</summary>
    [Id(1)]
    public long Version { get; init; }
}
