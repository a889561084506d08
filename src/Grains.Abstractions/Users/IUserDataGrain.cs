namespace Orchestrator.Users;

/// <summary>
/// The data of a user with an account. Its key is the user's id. Durable: every change is answered when it is written. It lies below the user's grain, which
/// shows the data to others, because a write that fails ends the activation that held it, and that must never be the one that knows the user's devices.
/// </summary>
[Alias("user-data")]
public interface IUserDataGrain : IGrainWithStringKey
{
    /// <summary>The data as it is stored. Called by the user's grain.</summary>
    [Alias("get"), Repeatable]
    Task<StoredUserData> Get();

    /// <summary>
    /// Changes the data and answers what is stored then. Called by the user's grain. Refusals: <see cref="RefusalCode.UserDataMissing"/> (no JSON object),
    /// <see cref="RefusalCode.LimitReached"/> (bytes, keys, depth), <see cref="RefusalCode.KeyReused"/>, <see cref="RefusalCode.Temporary"/>.
    /// </summary>
    [Alias("change")]
    Task<StoredUserData> Change(ChangeUserData command);

    /// <summary>Removes the data with the account; there may be none. Called by the user's grain. Refusals: <see cref="RefusalCode.Temporary"/>.</summary>
    [Alias("remove"), Repeatable]
    Task Remove();
}

/// <summary>A user's data as it is stored.</summary>
/// <param name="Data">One JSON object; null: there is none.</param>
/// <param name="Version">Counts the changes.</param>
[GenerateSerializer, Immutable, Alias("stored-user-data")]
public sealed record StoredUserData([property: Id(0)] Payload? Data, [property: Id(1)] long Version);

/// <summary>Changes a user's data.</summary>
/// <param name="Patch">A JSON object. Each of its keys is set to its value as a whole; the other keys stay. Null: all are removed.</param>
[GenerateSerializer, Immutable, Alias("change-user-data-command")]
public sealed record ChangeUserData([property: Id(0)] Payload? Patch, [property: Id(1)] string? Key = null) : IKeyedCommand
{
    /// <summary>What a key was used for: one that has changed something does not serve to clear.</summary>
    public string Name => Patch is null ? "ClearUserData" : "UpdateUserData";
}
